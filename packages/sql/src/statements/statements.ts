import { feedStatements } from "./feed.ts";
import { holdStatements } from "./hold.ts";
import { limitStatements } from "./limit.ts";
import { recordStatements } from "./record.ts";
import { retentionStatements } from "./retention.ts";
import { runStatements } from "./run.ts";
import { scheduleStatements } from "./schedule.ts";
import { timesStatements } from "./times.ts";
import { workerStatements } from "./worker.ts";

/**
 * Every statement that is prepared by hand, by name. They are written in the SQL that SQLite and PostgreSQL share;
 * another database overrides the few that differ and keeps the operations as they are.
 *
 * `limit ? + 0`, not `limit ?`: SQLite plans with the value of a bare parameter in a limit, and prepares the statement anew
 * whenever another is bound (measured: 50 to 100 µs each time, against 5 to run it).
 */
export const statements = {
  ...runStatements,
  ...holdStatements,
  ...workerStatements,
  ...retentionStatements,
  ...scheduleStatements,
  ...limitStatements,
  ...recordStatements,
  ...feedStatements,
  ...timesStatements,
} as const satisfies Record<string, string>;

export type StatementName = keyof typeof statements;
