import { closest } from "@holdpoint/core";

/** Something on the command line cannot be meant: the sentence says what to type instead. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

export function unknownCommand(name: string, known: readonly string[]): UsageError {
  const close = closest(name, known);
  return new UsageError(`unknown command '${name}'${close ? `, did you mean '${close}'?` : `: ${known.join(", ")}`}`);
}

/** The person said no, or left a question unanswered. Exit code 1; nothing was done. */
export class DeclinedError extends Error {
  constructor(message = "nothing was done") {
    super(message);
    this.name = "DeclinedError";
  }
}
