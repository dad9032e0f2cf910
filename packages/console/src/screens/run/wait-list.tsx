import type { RouteOutput } from "@holdpoint/client";
import { Moment } from "../../ui/moment.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";
import { HoldLink } from "./hold-link.tsx";

type Why = RouteOutput<"runs.why">;
const words = copy.waiting;

/** Everything a run waits for, one by one. */
export const WaitList = ({ why }: { why: Why }) => (
  <ul className="grid gap-1 text-sm">
    {why.waits.map((one) => (
      <li key={one.key} className="wrap-anywhere">
        <Reason one={one} />
      </li>
    ))}
  </ul>
);

function Reason({ one }: { one: Why["waits"][number] }) {
  if (one.type === "hold") return <HoldLink hold={one.hold.id}>{one.hold.title}</HoldLink>;
  if (one.type === "child")
    return (
      <>
        {words.child}{" "}
        <TextLink to="/runs/$run" params={{ run: one.id }}>
          {one.workflow} {one.id}
        </TextLink>
      </>
    );
  if (one.type === "signal")
    return (
      <>
        {copy.kinds.signal}: “{one.name}”
      </>
    );
  if (one.type === "retry") return <>{words.retry(one.attempts, one.error)}</>;
  if (one.type === "time")
    return one.until === null ? words.timeUnknown : <Moment at={one.until} prefix={`${words.time} `} />;
  return (
    <>
      {copy.kinds.step}: <code className="font-mono text-xs">{one.key}</code>
    </>
  );
}
