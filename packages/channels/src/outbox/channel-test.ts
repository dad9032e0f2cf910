import { randomUUID } from "node:crypto";
import { type Engine, type Hold, InvalidStateError, NotFoundError } from "@holdpoint/core";
import type { Channel, Notice } from "../notice/notice.ts";

/** What became of a test message. */
export interface ChannelTest {
  /** The channel took it. Whether somebody sees it, they know. */
  ok: boolean;
  /** Why it did not; null where it did. */
  error: string | null;
  /** How long it took. */
  ms: number;
}

const longestMs = 20_000;

/**
 * Sends one message to whoever asks for it, about a hold that is not there: nothing can be decided by it, and nobody else is told.
 *
 * @throws NotFoundError there is no such channel
 * @throws InvalidStateError a mail channel, and the directory has no address of the person; or an approval system, which would ask in earnest
 */
export async function testChannel(
  engine: Engine,
  channels: Readonly<Record<string, Channel>>,
  name: string,
  person: string,
): Promise<ChannelTest> {
  const channel = Object.hasOwn(channels, name) ? channels[name] : undefined;
  if (channel === undefined) throw new NotFoundError("channel", name, "list them to see how they are called");
  const type = channel.about?.type;
  if (type === "approval-system")
    throw new InvalidStateError(`"${name}" is an approval system: it would be asked in earnest, and there is no test`);
  const mail = (await engine.directory.mailOf?.(person)) ?? null;
  if (type === "mail" && mail === null)
    throw new InvalidStateError(`the directory has no mail address of "${person}": add one, and test again`);
  // An address means a mail address here; of a webhook it would be where it goes.
  const to = mail !== null && (type === "mail" || type === undefined) ? { to: mail } : {};
  const began = performance.now();
  const error = await sent(channel, noticeOf(name, person, to)).catch((failure: unknown) =>
    failure instanceof Error ? failure.message : String(failure),
  );
  return { ok: error === null, error, ms: Math.round(performance.now() - began) };
}

/** Null once it is sent. Not every channel listens to a signal: nobody waits longer than this. */
async function sent(channel: Channel, notice: Notice): Promise<null> {
  const signal = AbortSignal.timeout(longestMs);
  const late = Promise.withResolvers<never>();
  const tooLate = (): void => late.reject(new Error(`nothing was heard for ${longestMs / 1000} s`));
  signal.addEventListener("abort", tooLate, { once: true });
  try {
    await Promise.race([channel.send(notice, { signal, attempt: 1, earlier: async () => null }), late.promise]);
    return null;
  } finally {
    signal.removeEventListener("abort", tooLate);
  }
}

function noticeOf(name: string, person: string, to: { to?: string }): Notice {
  const now = new Date();
  const id = `test-${randomUUID()}`;
  const hold: Hold = {
    ...{ id, runId: id, workflow: "holdpoint.test", key: "hold:test#1", name: "test", origin: "operator" },
    ...{ kind: "approval", status: "open", severity: "low", title: `A test of the channel "${name}"` },
    consequence: "Nothing: somebody tries out whether messages arrive.",
    context: { "asked for by": person },
    ...{ options: [], people: [person], reviewers: null, action: null, fired: [], facts: null, tags: [] },
    ...{ links: [], attachments: [], deadline: [], form: null, revision: 0, evidenceHash: "0".repeat(64) },
    ...{ openedAt: now, dueAt: null, closedAt: null, decidedBy: null, decision: null },
    progress: {
      ...{ moves: 0, claimedBy: null, assignedTo: null, votes: [], delegations: [], questions: [], additions: [] },
      ...{ rungs: 0, delayMs: 0, pausedAt: null, evidence: null },
    },
  };
  return {
    ...{ id, kind: "asked", hold, link: null },
    happening: { n: 1, action: "opened", actor: person, channel: "api", at: now },
    recipient: { channel: name, person, ...to },
  };
}
