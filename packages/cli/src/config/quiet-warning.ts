import { quiet } from "../restart.ts";

/** From here on keeps back warnings that begin with `about`, or says them otherwise; every other goes where it went before. */
export function silence(about: string, instead: (text: string) => void = () => {}): void {
  const emit = process.emitWarning;
  const filtered = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === "string" ? warning : warning.message;
    if (text.startsWith(about)) instead(text);
    else Reflect.apply(emit, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
}

/** Where this process was started with experimental warnings kept back, prints those that are not about what we use. */
export function printOtherWarnings(): void {
  if (!process.execArgv.includes(quiet)) return;
  process.on("warning", (warning) => {
    if (warning.name === "ExperimentalWarning" && !/^(Type Stripping|SQLite)/.test(warning.message))
      process.stderr.write(`(node:${process.pid}) ${warning.name}: ${warning.message}\n`);
  });
}
