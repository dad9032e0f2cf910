import type { Clock } from "../clock.ts";
import type { AroundStep } from "../run/host.ts";
import type { TraceContext } from "../run/trace-context.ts";
import type { Store } from "../store/store.ts";
import { wrapStore } from "../store/wrap-store.ts";
import type { EngineLog } from "./options.ts";
import type { EngineProbe, ProbeFacts, ProbeListeners, StartedRun } from "./probe.ts";

/** The probes of an engine that has some. */
export class Probes {
  private readonly all: readonly EngineProbe[];
  private readonly log: EngineLog;
  /** The steps' surroundings, the first probe's outermost; null where nobody has any. */
  readonly aroundStep: AroundStep | null;
  private readonly failed = new WeakSet<EngineProbe>();

  constructor(all: readonly EngineProbe[], log: EngineLog) {
    this.all = all;
    this.log = log;
    const around = all.flatMap((probe) => probe.aroundStep ?? []);
    const nested = around.reduceRight<AroundStep>(
      (inner, outer) => (step, call) => outer(step, () => inner(step, call)),
      (_step, call) => call(),
    );
    this.aroundStep = around.length > 0 ? nested : null;
  }

  /** Whether somebody wants to hear of it. */
  hears(what: keyof ProbeFacts): boolean {
    return this.all.some((probe) => probe[what] !== undefined);
  }

  /** The trace of a run that is being started: the first that a probe knows. */
  traceOfStart(run: StartedRun): TraceContext | null {
    for (const probe of this.all) {
      try {
        const trace = probe.traceOfStart?.(run);
        if (trace) return trace;
      } catch (error) {
        this.gaveUp(probe, "traceOfStart", error);
      }
    }
    return null;
  }

  /** Tells each of them; whoever measures can break nothing. */
  tell<K extends keyof ProbeFacts>(what: K, facts: ProbeFacts[K]): void {
    for (const probe of this.all) {
      const listeners: ProbeListeners = probe;
      try {
        listeners[what]?.(facts);
      } catch (error) {
        this.gaveUp(probe, what, error);
      }
    }
  }

  private gaveUp(probe: EngineProbe, what: string, error: unknown): void {
    if (!this.failed.has(probe)) this.log.warn({ error, probe: what }, "a probe failed; it is not said again");
    this.failed.add(probe);
  }
}

/** The probes of an engine; null where it has none. */
export function probesOf(probes: readonly EngineProbe[] | undefined, log: EngineLog): Probes | null {
  return probes === undefined || probes.length === 0 ? null : new Probes(probes, log);
}

/** The store, with a word to the probes after each call. */
export function probedStore(store: Store, probes: Probes | null, clock: Clock): Store {
  if (probes === null || !probes.hears("storeCalled")) return store;
  const { transactions } = store;
  const wrapped = wrapStore(store, ({ method }, proceed) => {
    const began = clock.monotonic();
    const over = (failed: boolean): void =>
      probes.tell("storeCalled", { method, ms: clock.monotonic() - began, failed });
    const work = proceed();
    work.then(
      () => over(false),
      () => over(true),
    );
    return work;
  });
  return transactions === undefined ? wrapped : { ...wrapped, transactions };
}
