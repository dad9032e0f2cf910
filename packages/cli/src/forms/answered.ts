import { isCancel } from "@clack/prompts";
import { DeclinedError } from "../command/usage-error.ts";

/** A prompt's answer; leaving it with Ctrl-C decides nothing. */
export async function answered<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const value = await prompt;
  if (isCancel(value)) throw new DeclinedError("nothing was decided");
  return value as Exclude<T, symbol>;
}
