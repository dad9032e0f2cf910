import { UsageError } from "./usage-error.ts";

/** What a mistyped command is answered with. The library is loaded for it only now: `--help` does without. */
export async function unknownCommand(name: string, known: readonly string[]): Promise<UsageError> {
  const { closest } = await import("@holdpoint/core");
  const close = closest(name, known);
  return new UsageError(`unknown command '${name}'${close ? `, did you mean '${close}'?` : `: ${known.join(", ")}`}`);
}
