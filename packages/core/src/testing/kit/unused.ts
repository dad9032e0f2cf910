import { closest } from "../../engine/registry.ts";

/** Says of mocks and answers that were never asked for what was probably meant. */
export function unusedSentences(
  mocks: readonly { step: string; workflow: string | null }[],
  answers: readonly string[],
  seen: { steps: readonly string[]; holds: readonly string[] },
): string[] {
  const hint = (name: string, names: readonly string[]): string => {
    const close = closest(name, names);
    return close === null || close === name ? "" : `; did you mean "${close}"?`;
  };
  return [
    ...mocks.map(({ step, workflow }) => {
      const of = workflow === null ? "" : ` of "${workflow}"`;
      return `step "${step}"${of} never ran${hint(step, seen.steps)}`;
    }),
    ...answers.map((name) => `hold "${name}" never opened${hint(name, seen.holds)}`),
  ];
}
