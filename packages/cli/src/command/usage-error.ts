/** Something on the command line cannot be meant: the sentence says what to type instead. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** The person said no, or left a question unanswered. Exit code 1; nothing was done. */
export class DeclinedError extends Error {
  constructor(message = "nothing was done") {
    super(message);
    this.name = "DeclinedError";
  }
}
