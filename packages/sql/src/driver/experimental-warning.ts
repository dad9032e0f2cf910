/**
 * Node 22 prints an experimental warning when `node:sqlite` is first loaded. Only that one is kept back, and only
 * while it is loaded: every other warning goes where it went before.
 */
export function withoutSqliteWarning<T>(load: () => T): T {
  const emit = process.emitWarning;
  const filtered = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === "string" ? warning : warning.message;
    const type = typeof rest[0] === "object" && rest[0] !== null && "type" in rest[0] ? rest[0].type : rest[0];
    if (type === "ExperimentalWarning" && text.includes("SQLite")) return;
    Reflect.apply(emit, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
  try {
    return load();
  } finally {
    process.emitWarning = emit;
  }
}
