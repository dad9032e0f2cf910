import { join } from "node:path";

/** Folders a mail can be in. */
export const folders = ["incoming", "held", "inbox", "quarantine"] as const;
export type Folder = (typeof folders)[number];

/** Where everything is, below the directory the program was started in. */
export interface Places {
  root: string;
  folder: Record<Folder, string>;
  /** Append-only, outside the database: what the steps themselves say they did. */
  ledger: string;
  /** What people decided, as JSON lines: the next training reads it. */
  decisions: string;
  store: string;
  /** Trained classifiers, a file each. */
  models: string;
  /** Which mails, which classifier, what happened: `ProgramState`. */
  state: string;
  /** How things stood at the kill. */
  atKill: string;
  lock: string;
}

export function placesIn(root: string): Places {
  const out = join(root, "out");
  const kept = join(root, ".holdpoint");
  const own = join(kept, "mail-triage");
  return {
    root,
    folder: {
      incoming: join(out, "incoming"),
      held: join(out, "held"),
      inbox: join(out, "inbox"),
      quarantine: join(out, "quarantine"),
    },
    ledger: join(out, "ledger.jsonl"),
    decisions: join(out, "decisions.jsonl"),
    store: join(kept, "mail-triage.db"),
    models: join(own, "models"),
    state: join(own, "state.json"),
    atKill: join(own, "at-kill.json"),
    lock: join(own, "lock"),
  };
}
