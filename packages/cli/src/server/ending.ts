import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM"] as const;

/** Waiting for the signal that ends a process. */
export interface Ending {
  /** Resolves with the first signal. A second one ends the process at once, with 128 and its number: 143 for SIGTERM. */
  readonly told: Promise<NodeJS.Signals>;
  /** Signals do what they did before. */
  forget(): void;
}

/** Listens for what platforms and people end a process with. */
export function awaitEnding(): Ending {
  const told = Promise.withResolvers<NodeJS.Signals>();
  let asked = false;
  const heard = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(128 + constants.signals[signal]);
    asked = true;
    told.resolve(signal);
  };
  for (const signal of signals) process.on(signal, heard);
  return {
    told: told.promise,
    forget: () => {
      for (const signal of signals) process.removeListener(signal, heard);
    },
  };
}
