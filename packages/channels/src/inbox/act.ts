import { type Hold, ValidationError } from "@holdpoint/core";
import { answerOf } from "../links/answer.ts";
import type { InboxVisit } from "./visit.ts";

/** What can be asked for by a form, with the permission it needs. */
const permissions = {
  decide: "decide",
  claim: "decide",
  release: "decide",
  delegate: "decide",
  assign: "decide",
  abstain: "decide",
  ask: "decide",
  answer: "comment",
  comment: "comment",
} as const;
export type Action = keyof typeof permissions;

/** The action a form asks for; null for none of ours. */
export const actionOf = (sent: URLSearchParams): Action | null => {
  const word = sent.get("do") ?? "";
  return Object.hasOwn(permissions, word) ? (word as Action) : null;
};

/** Whether the person's role lets them. */
export const isPermitted = ({ may }: InboxVisit, action: Action): boolean => may[permissions[action]];

/** Does what a form asks for, and says what was done. What the form cannot mean is a `ValidationError`. */
export async function act(
  { engine, person, address }: InboxVisit,
  channel: string,
  hold: Hold,
  action: Action,
  sent: URLSearchParams,
): Promise<void> {
  const actor = { by: person, channel, ...(address == null ? {} : { address }) };
  const text = (name: string): string => (sent.get(name) ?? "").trim().replaceAll("\r\n", "\n");
  const { holds } = engine;
  switch (action) {
    case "decide": {
      const { value, note, option, issues } = answerOf(hold, sent);
      if (hold.status === "open" && issues.length > 0) throw new ValidationError("decide", issues);
      await engine.decide(asRead(hold.id, sent), value, {
        ...actor,
        ...(note === undefined ? {} : { note }),
        ...(option === undefined ? {} : { option }),
      });
      return;
    }
    case "claim":
      await holds.claim(hold, actor);
      return;
    case "release":
      await holds.release(hold, actor);
      return;
    case "delegate":
      await holds.delegate(hold, text("to"), actor);
      return;
    case "assign":
      await holds.assign(hold, text("to"), actor);
      return;
    case "abstain":
      await holds.abstain(hold, { ...actor, ...(text("note") === "" ? {} : { note: text("note") }) });
      return;
    case "ask":
      await holds.ask(hold, text("question"), { ...actor, ...(text("to") === "" ? {} : { to: text("to") }) });
      return;
    case "answer":
      await holds.answer(hold, Number(sent.get("question")), text("text"), actor);
      return;
    case "comment":
      await holds.comment(hold, text("text"), actor);
  }
}

/** A hold as the form says it was read. */
export const asRead = (id: string, sent: URLSearchParams, of = ""): Pick<Hold, "id" | "revision" | "evidenceHash"> => ({
  id,
  revision: Number(sent.get(`revision${of}`)),
  evidenceHash: sent.get(`evidence${of}`) ?? "",
});
