import type { StatementName } from "./statements.ts";

/**
 * Statements whose answer nobody looks at. A server is not waited for: they are sent, or kept to be sent with the next statement
 * whose answer is wanted, and the transaction fails when one of them does.
 */
export const unansweredStatements = [
  "insertEntry",
  "insertMail",
  "insertChunk",
  "insertStream",
  "insertHoldEvent",
  "insertChange",
  "insertDocument",
  "insertLogLine",
  "setNext",
  "setVersion",
  "setPhase",
  "setProgress",
  "setStreamed",
  "setAttributes",
  "setLabel",
  "countMail",
  "wakeByMail",
  "pauseByMail",
  "clearStalls",
  "closeHold",
  "reopenHold",
  "acceptHold",
  "moveHold",
] as const satisfies readonly StatementName[];
