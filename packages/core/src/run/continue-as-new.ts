/** Thrown by `ctx.continueAsNew`: not an error, and not for the author to catch. */
export class ContinueAsNew {
  readonly input: unknown;
  constructor(input: unknown) {
    this.input = input;
  }
}
