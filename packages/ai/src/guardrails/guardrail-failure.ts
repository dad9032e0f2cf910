/** A rail that gave no verdict. Never an allow: it blocks, or asks a person. */
export class GuardrailFailure extends Error {
  readonly rail: string;

  constructor(rail: string, cause: unknown) {
    super(`rail "${rail}" failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "GuardrailFailure";
    this.rail = rail;
  }
}
