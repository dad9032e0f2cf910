import type { PayloadCodec } from "../../journal/codec.ts";
import { decodePayload } from "../../journal/payload.ts";
import type { HoldEvent } from "../../store/store.ts";
import { erasedCodec } from "../../store/transitions.ts";
import { changedEvidence, type Shown } from "../evidence.ts";
import type { HoldDocument } from "../request.ts";

/** What an event that changed the evidence, or asked, says. */
interface Said {
  context?: unknown;
  arguments?: unknown;
  n?: number;
  text?: string;
}

/** What an event carries; undefined where it carries nothing, or what it did was erased. */
export function saidBy({ data }: Pick<HoldEvent, "data">, codec: PayloadCodec): unknown {
  return data === null || data.codec === erasedCodec ? undefined : decodePayload(data, codec);
}

/** What was shown in the end, and its digest after each event. */
export interface ReplayedEvidence {
  shown: Shown;
  /** Hex; the last is the one of what is shown now. */
  digests: string[];
}

/**
 * What people were shown, from what was asked and the events since: the sum that the hold's row keeps is not trusted.
 *
 * @param opened hex digest of what was shown when it opened
 */
export function replayEvidence(
  document: HoldDocument,
  events: readonly HoldEvent[],
  opened: string,
  codec: PayloadCodec,
): ReplayedEvidence {
  const shown: Shown = { context: document.context, arguments: document.action?.arguments, answers: [] };
  const questions = new Map<number, string>();
  let digest = opened;
  const digests = events.map((event) => {
    const { action, actor, at } = event;
    const said = (saidBy(event, codec) ?? {}) as Said;
    if (action === "asked") questions.set(said.n ?? 0, said.text ?? "");
    else if (action === "amended") {
      shown.context = said.context;
      digest = changedEvidence(digest, "context", said.context);
    } else if (action === "edited") {
      shown.arguments = said.arguments;
      digest = changedEvidence(digest, "arguments", said.arguments);
    } else if (action === "answered-question") {
      const { n = 0, text = "" } = said;
      shown.answers.push({ question: questions.get(n) ?? "", answer: text, by: actor });
      digest = changedEvidence(digest, `answer ${n}`, { by: actor, text, at });
    }
    return digest;
  });
  return { shown, digests };
}
