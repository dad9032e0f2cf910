import { ConfigError } from "../config/find-config.ts";
import { unknownVariables } from "./unknown-names.ts";

/**
 * Looks for variables that begin with `HOLDPOINT_` and are none of ours. One that is nearly a known one is a mistyped one: to go on
 * without a limit or a secret that somebody has set would be worse than not to start.
 *
 * @returns a sentence for each of the others
 * @throws ConfigError one is nearly a known one
 */
export function checkVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  const unknown = unknownVariables(environment);
  const mistyped = unknown.flatMap(({ name, meant }) =>
    meant === null ? [] : [`${name} is no setting; did you mean ${meant}?`],
  );
  const [first] = mistyped;
  if (mistyped.length === 1 && first !== undefined) throw new ConfigError(first);
  if (mistyped.length > 1) {
    const issues = mistyped.map((message) => ({ path: "", message }));
    throw new ConfigError(`${mistyped.length} variables are no settings`, undefined, { issues });
  }
  return unknown.map(({ name }) => `${name} is no setting: nothing of Holdpoint reads it`);
}
