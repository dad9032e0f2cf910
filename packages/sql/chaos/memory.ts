import type { LedgerLine } from "../crash/ledger.ts";

/** The ledger, by what is asked of it. */
export interface Memory {
  started: Map<string, LedgerLine>;
  cancelling: Set<string>;
  /** Calls of step functions by the token each gave. */
  byToken: Map<string, LedgerLine>;
  /** What the workflow saw as a step's result, by run and step, and the place of the first line that says so. */
  seen: Map<string, { tokens: Set<string>; first: number }>;
  /** Idempotency keys with which something was undone. */
  undone: Set<string>;
  /** Tokens by run and key of a hold: what the workflow got; whom the engine told that they had won. */
  answered: Map<string, Set<string>>;
  decided: Map<string, Set<string>>;
  /** Tokens by run and name of a message. */
  heard: Map<string, Set<string>>;
  repeated: number;
  /** What the ledger says is wrong by itself. */
  wrong: string[];
}

function gather(into: Map<string, Set<string>>, { run, step, token }: LedgerLine): void {
  const key = `${run}/${step}`;
  const tokens = into.get(key) ?? new Set();
  tokens.add(token);
  into.set(key, tokens);
}

/** Reads the ledger once. */
export function remember(lines: readonly LedgerLine[]): Memory {
  const memory: Memory = {
    started: new Map(),
    cancelling: new Set(),
    byToken: new Map(),
    seen: new Map(),
    undone: new Set(),
    answered: new Map(),
    decided: new Map(),
    heard: new Map(),
    repeated: 0,
    wrong: [],
  };
  const keys = new Map<string, string>();
  const thaws = new Map<number, number>();
  for (const [place, line] of lines.entries()) {
    const name = `${line.run}/${line.step}`;
    switch (line.what) {
      case "started":
        memory.started.set(line.run, line);
        break;
      case "cancelling":
        memory.cancelling.add(line.run);
        break;
      case "thawed":
        thaws.set(line.pid, place);
        break;
      case "undo":
        memory.undone.add(line.key ?? "");
        break;
      case "answered":
        gather(memory.answered, line);
        break;
      case "decided":
        gather(memory.decided, line);
        break;
      case "heard":
        gather(memory.heard, line);
        break;
      case "seen": {
        const own = memory.seen.get(name) ?? { tokens: new Set(), first: place };
        own.tokens.add(line.token);
        memory.seen.set(name, own);
        if (own.tokens.size > 1) memory.wrong.push(`${name} was seen as ${[...own.tokens].join(" and as ")}`);
        break;
      }
      case "tried":
        // What a transaction does is there with its record or not at all, however often its function runs.
        memory.byToken.set(line.token, line);
        break;
      case "effect": {
        memory.byToken.set(line.token, line);
        const known = keys.get(name);
        if (known !== undefined) memory.repeated++;
        if (known !== undefined && known !== line.key)
          memory.wrong.push(`${name} has the keys ${known} and ${line.key}`);
        keys.set(name, line.key ?? "");
        // Only who was frozen just before it, and does not know yet how long, may do what is recorded long since.
        const seen = memory.seen.get(name);
        if (seen !== undefined && (thaws.get(line.pid) ?? -1) < seen.first) {
          memory.wrong.push(`${name} was done by ${line.pid} after its result had been seen`);
        }
      }
    }
  }
  const byKey = new Set(keys.values());
  if (byKey.size !== keys.size) memory.wrong.push(`${keys.size} steps have ${byKey.size} idempotency keys`);
  return memory;
}
