import { CancelledError, ValidationError } from "../errors.ts";
import type { Branches, BranchResults, Winner } from "../workflow/context.ts";
import { withdrawHolds } from "./ending.ts";
import type { Execution } from "./execution.ts";
import { type Scope, sites } from "./scope.ts";
import { waitDraft } from "./sleep.ts";
import { undoSteps } from "./undo.ts";

interface Branch {
  readonly name: string;
  readonly scope: Scope;
  readonly promise: Promise<unknown>;
}

function runBranch(execution: Execution, scope: Scope, fn: () => unknown): Promise<unknown> {
  return sites.run(scope.site(execution), async () => fn());
}

function startBranches(execution: Execution, parent: Scope, key: string, branches: Branches): Branch[] {
  const names = Object.keys(branches);
  return names.map((name) => {
    const scope = parent.branch(key, name);
    const promise = runBranch(execution, scope, branches[name] as () => unknown);
    promise.catch(() => {});
    return { name, scope, promise };
  });
}

/** A race between nobody never ends. */
function someOf(branches: Branches, what: string): Branches {
  if (Object.keys(branches).length > 0) return branches;
  throw new ValidationError(`ctx.${what}`, [{ path: "", message: "has no branches" }]);
}

/** One write closes the scopes of everything but `winner` and withdraws their holds; only then is it settled. */
async function closeLosers(
  execution: Execution,
  scope: Scope,
  key: string,
  winner: string,
  losers: readonly Scope[],
): Promise<void> {
  const call = execution.open<void>(key, "scope", scope);
  const done = (): void => {
    const reason = new CancelledError(`"${winner}" of ${key} came first`);
    for (const loser of losers) execution.cancelScope(loser, reason);
    call.resolve();
  };
  call.handler = { onEntry: done };
  const record = execution.reach(call);
  if (!record?.settled) {
    execution.startLater({
      call,
      start: () => {
        for (const loser of losers) {
          loser.closing = true;
          withdrawHolds(execution, loser);
        }
        execution.writeResult(waitDraft(execution, key, "scope", "settled", { winner }), call, { recorded: done });
      },
    });
  }
  await call.promise;
}

export async function callAll<B extends Branches>(
  execution: Execution,
  scope: Scope,
  branches: B,
): Promise<BranchResults<B>> {
  const key = scope.key("all", "");
  const running = startBranches(execution, scope, key, branches);
  try {
    const values = await Promise.all(running.map((branch) => branch.promise));
    return Object.fromEntries(running.map((branch, i) => [branch.name, values[i]])) as BranchResults<B>;
  } catch (error) {
    await closeAfterFailure(
      execution,
      scope,
      key,
      running.map((branch) => branch.scope),
    );
    throw error;
  }
}

/** The first failure of `all` or `map` cancels what still runs; what was completed stays and is undone with the run, if at all. */
async function closeAfterFailure(
  execution: Execution,
  scope: Scope,
  key: string,
  scopes: readonly Scope[],
): Promise<void> {
  if (scope.cancellation()) return;
  await closeLosers(execution, scope, key, "a failure", scopes);
}

export async function callRace<B extends Branches>(
  execution: Execution,
  scope: Scope,
  branches: B,
  options: { keep?: boolean } = {},
): Promise<Winner<B>> {
  const key = scope.key("race", "");
  const running = startBranches(execution, scope, key, someOf(branches, "race"));
  const first = await Promise.race(
    running.map((branch) =>
      branch.promise.then(
        (value) => ({ branch, value, failed: false }),
        (error: unknown) => ({ branch, value: error, failed: true }),
      ),
    ),
  );
  const reason = scope.cancellation();
  if (reason) throw reason;
  await settleRace(execution, scope, key, running, first.branch, options.keep ?? false);
  if (first.failed) throw first.value;
  return { winner: first.branch.name, value: first.value } as Winner<B>;
}

export async function callAny<B extends Branches>(
  execution: Execution,
  scope: Scope,
  branches: B,
  options: { keep?: boolean } = {},
): Promise<Winner<B>> {
  const key = scope.key("any", "");
  const running = startBranches(execution, scope, key, someOf(branches, "any"));
  const first = await Promise.any(running.map((branch) => branch.promise.then((value) => ({ branch, value })))).catch(
    (error: unknown) => {
      throw scope.cancellation() ?? error;
    },
  );
  const reason = scope.cancellation();
  if (reason) throw reason;
  await settleRace(execution, scope, key, running, first.branch, options.keep ?? false);
  return { winner: first.branch.name, value: first.value } as Winner<B>;
}

async function settleRace(
  execution: Execution,
  scope: Scope,
  key: string,
  running: readonly Branch[],
  winner: Branch,
  keep: boolean,
): Promise<void> {
  const losers = running.filter((branch) => branch !== winner).map((branch) => branch.scope);
  for (const loser of losers) loser.keepsLost = keep;
  await closeLosers(execution, scope, key, winner.name, losers);
  if (keep) return;
  const lost = execution.undo.filter((undo) => losers.some((loser) => undo.scope.reachedBy(loser)));
  if (lost.length === 0) return;
  for (const undo of lost) execution.undo.splice(execution.undo.indexOf(undo), 1);
  const undoing = undoSteps(execution, lost, scope.shield("losers")).then((left) => {
    for (const undo of lost) if (left.some((one) => one.key === undo.key)) execution.undo.push(undo);
    execution.undoing?.delete(undoing);
  });
  // The branch that waits for it may itself be closed meanwhile: the run ends after it all the same.
  execution.undoing ??= new Set();
  execution.undoing.add(undoing);
  await undoing;
}

export async function callMap<T, R>(
  execution: Execution,
  scope: Scope,
  items: readonly T[],
  fn: (item: T, index: number) => R | Promise<R>,
  options: { key?: (item: T, index: number) => string; concurrency?: number } = {},
): Promise<Awaited<R>[]> {
  const key = scope.key("map", "");
  const names = items.map((item, index) => (options.key ? options.key(item, index) : String(index)));
  const twice = firstRepeated(names);
  if (twice !== undefined) throw new ValidationError(key, [{ path: "key", message: `gives "${twice}" for two items` }]);
  const limit = options.concurrency ?? items.length;
  if (!(limit >= 1 && (Number.isInteger(limit) || limit === Number.POSITIVE_INFINITY)) && items.length > 0) {
    throw new ValidationError(key, [{ path: "concurrency", message: `${limit} must be a whole number from 1` }]);
  }
  const results = new Array<Awaited<R>>(items.length);
  const scopes: Scope[] = [];
  let next = 0;
  let stopped = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !stopped) {
      const index = next++;
      const branch = scope.branch(key, names[index] as string);
      scopes.push(branch);
      try {
        results[index] = (await runBranch(execution, branch, () => fn(items[index] as T, index))) as Awaited<R>;
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const lanes = Array.from({ length: Math.min(limit, items.length) }, lane);
  for (const one of lanes) one.catch(() => {});
  try {
    await Promise.all(lanes);
    return results;
  } catch (error) {
    await closeAfterFailure(execution, scope, key, scopes);
    throw error;
  }
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
