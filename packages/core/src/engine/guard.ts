import { installGuard } from "../run/guard/guard.ts";
import { sites } from "../run/scope.ts";
import type { EngineOptions } from "./options.ts";
import type { Guard } from "./worker.ts";

/** Watches workflow code as the engine's options say: an error in development and tests, a warning in production. */
export function guardFor(options: EngineOptions): Guard {
  const mode = options.determinism ?? (process.env.NODE_ENV === "production" ? "warn" : "error");
  const log = options.log;
  const guard = installGuard({
    mode,
    inWorkflow: () => {
      const site = sites.getStore();
      return site === undefined || site.inStep ? undefined : site.execution;
    },
    ...(log ? { warn: (message: string) => log.warn({}, message) } : {}),
  });
  return {
    foreignAwait: (execution) => guard.foreignAwait(execution, execution.workflow.name),
    uninstall: () => guard.uninstall(),
  };
}
