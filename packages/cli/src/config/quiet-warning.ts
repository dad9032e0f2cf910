/** Runs `work` without the experimental warning whose text has `about` in it; every other warning goes where it went before. */
export function withoutWarning<T>(about: string, work: () => T): T {
  const emit = process.emitWarning;
  const filtered = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === "string" ? warning : warning.message;
    if (!text.includes(about)) Reflect.apply(emit, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
  try {
    return work();
  } finally {
    process.emitWarning = emit;
  }
}
