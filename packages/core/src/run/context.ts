import { InvalidStateError, NotFoundError } from "../errors.ts";
import type { Attributes } from "../store/store.ts";
import type { RunFacts, WorkflowContext } from "../workflow/context.ts";
import { durationMs } from "../workflow/duration.ts";
import { callAll, callAny, callMap, callRace } from "./branches.ts";
import { callChild, callSpawn } from "./children.ts";
import { ContinueAsNew } from "./continue-as-new.ts";
import type { Execution } from "./execution.ts";
import { callApprove, callHold } from "./holds.ts";
import { type Scope, sites } from "./scope.ts";
import { callSignal } from "./signals.ts";
import { callSleepUntil, waitDraft } from "./sleep.ts";
import { callStep } from "./steps.ts";

/** A promise of a coroutine that nobody will wake again. */
const never = new Promise<never>(() => {});

/**
 * The author's view of an execution. One object serves all branches: which branch calls is carried by the
 * site (`scope.ts`), so that an outer `ctx` used inside a branch means the branch.
 */
export function createContext(execution: Execution): WorkflowContext {
  const { row } = execution;

  const scopeOf = (what: string): Scope => {
    const site = sites.getStore();
    if (site?.execution !== execution) {
      throw new InvalidStateError(
        `ctx.${what} was called outside its workflow (run ${row.id}); call it from the workflow's own code`,
      );
    }
    if (site.inStep) {
      throw new InvalidStateError(`ctx.${what} was called inside a step; call it before or after the step`);
    }
    return site.scope;
  };

  /** A call made of several: somebody may not await it, which is no reason to end the process either. */
  const composed = <T>(what: string, call: (scope: Scope) => Promise<T>): Promise<T> => {
    const promise = durable(what, call);
    promise.catch(() => {});
    return promise;
  };

  /** Durable calls: dead when the coroutine is, refused when the scope is cancelled. */
  const durable = <T>(what: string, call: (scope: Scope) => Promise<T>): Promise<T> => {
    let scope: Scope;
    try {
      scope = scopeOf(what);
      if (execution.ended) return never;
      const reason = scope.cancellation();
      if (reason) throw reason;
      return call(scope);
    } catch (error) {
      const rejected = Promise.reject(error);
      rejected.catch(() => {}); // not awaiting it is no reason to end the process
      return rejected;
    }
  };

  const facts: RunFacts = {
    id: row.id,
    workflow: row.workflow,
    version: row.version,
    generation: row.generation,
    createdBy: row.createdBy,
    createdAt: new Date(row.createdAt),
    thread: row.thread,
    get attempt() {
      return execution.attempt;
    },
  };

  return {
    run: facts,
    step: (name, fn, options) => durable("step", (scope) => callStep(execution, scope, name, fn, options)),
    approve: (name, request) => composed("approve", (scope) => callApprove(execution, scope, name, request)),
    hold: (name, request) => composed("hold", (scope) => callHold(execution, scope, name, request)),
    signal: (name, schema, options) =>
      durable("signal", (scope) => callSignal(execution, scope, name, schema, options)),
    sleep: (duration) =>
      durable("sleep", (scope) => callSleepUntil(execution, scope, execution.time + durationMs(duration, "ctx.sleep"))),
    sleepUntil: (time) => durable("sleepUntil", (scope) => callSleepUntil(execution, scope, Number(time))),
    child: (workflow, input, options = {}) =>
      durable("child", (scope) => callChild(execution, scope, workflow, input, options)),
    spawn: (workflow, input, options = {}) =>
      composed("spawn", (scope) => callSpawn(execution, scope, workflow, input, options)),
    all: (branches) => composed("all", (scope) => callAll(execution, scope, branches)),
    race: (branches, options) => composed("race", (scope) => callRace(execution, scope, branches, options)),
    any: (branches, options) => composed("any", (scope) => callAny(execution, scope, branches, options)),
    map: (items, fn, options) => composed("map", (scope) => callMap(execution, scope, items, fn, options)),
    shield: (fn) => {
      const shield = scopeOf("shield").shield();
      return sites.run(shield.site(execution), fn);
    },
    now: () => new Date(execution.time),
    random: () => execution.entropy(scopeOf("random")).random(),
    uuid: () => execution.entropy(scopeOf("uuid")).uuid(),
    emit: (value) => {
      scopeOf("emit");
      execution.emit(value);
    },
    progress: (done, total) => {
      if (!execution.ledger.replaying) execution.writer.ride.progress = { done, total };
    },
    set: (attributes: Attributes) => {
      if (execution.ledger.replaying) return;
      const { ride } = execution.writer;
      ride.attributes = { ...ride.attributes, ...attributes };
      execution.row.attributes = { ...execution.row.attributes, ...attributes };
    },
    outcome: (word) => {
      execution.outcomeWord = word;
    },
    patched: (id) => {
      const key = `patch:${id}`;
      scopeOf("patched");
      const known = execution.ledger.isPatched(key);
      if (known !== undefined) return known;
      if (execution.host.live) execution.write(waitDraft(execution, key, "patch", "settled", undefined), false);
      return true;
    },
    continueAsNew: (input) => {
      scopeOf("continueAsNew");
      throw new ContinueAsNew(input);
    },
    service: (token) => {
      if (!execution.host.services.has(token.name)) {
        throw new NotFoundError("service", token.name, "give it to createEngine({ services })");
      }
      return execution.host.services.get(token.name) as never;
    },
    log: execution.log,
  };
}
