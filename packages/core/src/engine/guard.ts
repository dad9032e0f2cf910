import { installGuard } from "../run/guard/guard.ts";
import { sites } from "../run/scope.ts";
import { watchFloating } from "./floating.ts";
import type { EngineOptions } from "./options.ts";
import type { Guard } from "./worker.ts";

/**
 * Watches workflow code as the engine's options say: an error in development and tests, a warning in production. And what
 * it leaves floating does not end the process.
 */
export function guardFor(options: EngineOptions): Guard {
  const mode = options.determinism ?? (process.env.NODE_ENV === "production" ? "warn" : "error");
  const { log } = options;
  const watched = {
    mode,
    inWorkflow: () => {
      const site = sites.getStore();
      return site === undefined || site.inStep ? undefined : site.execution;
    },
    ...(log ? { warn: (message: string) => log.warn({}, message) } : {}),
  };
  let installed: { guard: ReturnType<typeof installGuard>; stop: () => void } | null = null;
  return {
    install() {
      installed ??= { guard: installGuard(watched), stop: watchFloating() };
    },
    foreignAwait: (execution) => installed?.guard.foreignAwait(execution, execution.workflow.name),
    uninstall() {
      installed?.guard.uninstall();
      installed?.stop();
      installed = null;
    },
  };
}
