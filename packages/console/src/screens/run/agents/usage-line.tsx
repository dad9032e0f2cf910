import { copy } from "../copy.ts";
import { lengthText } from "../timeline/lines.ts";
import { dollars, type ModelCall } from "./model-call.ts";

/** Who answered, for how many tokens, how much and how long. */
export const UsageLine = ({ call: { model, cost, input, output, ms } }: { call: ModelCall }) => (
  <p className="flex flex-wrap gap-x-3 gap-y-0.5 text-xs text-muted">
    <span className="font-mono">{model}</span>
    <span>{copy.header.tokensOf(input?.toLocaleString() ?? "?", output?.toLocaleString() ?? "?")}</span>
    <span>{cost === null ? copy.agents.unknown : dollars(cost)}</span>
    {ms !== null && <span>{lengthText(ms)}</span>}
  </p>
);
