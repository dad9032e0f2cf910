import { VersionMismatchError, type WorkflowContext } from "@holdpoint/core";
import type { SagaDefinition } from "./instance.ts";

/**
 * Which version began this saga: asked of the run's record, where `ctx.patched` notes it along with the next entry. A saga that
 * was begun before a version existed has passed the place where it would have been noted.
 */
function storedVersion(ctx: WorkflowContext, { name, version }: SagaDefinition): number {
  for (let candidate = version; candidate > 1; candidate--) {
    if (ctx.patched(`saga ${name} version ${candidate}`)) return candidate;
  }
  return 1;
}

/**
 * Throws `VersionMismatchError` when the saga was begun by a version that this one does not accept. Where something was done
 * already that would leave it as it is, for ever: so it asks for a step that no record has, and the run is `diverged` instead,
 * which code that can take it mends.
 */
export async function checkVersion(ctx: WorkflowContext, saga: SagaDefinition, isWorkflow: boolean): Promise<void> {
  // The workflow that a saga was built as has the saga's version, and the run knows on which it was started.
  const stored = isWorkflow ? ctx.run.version : storedVersion(ctx, saga);
  const { name, version, options } = saga;
  if (stored === version || options.accepts?.(stored)) return;
  const mismatch = new VersionMismatchError(
    `saga "${name}" was begun by version ${stored} and this is version ${version}; let it go on with accepts: (stored) => …, or keep version ${stored} deployed until it is through`,
    { saga: name, stored, expected: version },
  );
  await ctx
    .step(`saga "${name}" of version ${stored} on version ${version}`, () => null)
    .then(() => Promise.reject(mismatch));
}
