import { type Duration, durationMs, type Engine, type EngineProbe } from "@holdpoint/core";
import { collectDefaultMetrics, Registry } from "prom-client";
import { engineMetrics, type NameLimits } from "./engine-metrics.ts";
import { HttpMetrics } from "./http-metrics.ts";
import { StoreMetrics } from "./store-metrics.ts";

/** How metrics are kept. All are optional. */
export interface MetricsOptions {
  /** A registry of prom-client that your own metrics are in. Default: one of its own. */
  registry?: Registry;
  /** How many names of workflows and steps are told apart. */
  names?: NameLimits;
  /** How long what the store said is shown before it is asked again, so that several who look cost no more than one. Default "10s". */
  freshFor?: Duration;
  /** Whether the process shows itself, too: `process_*` and `nodejs_*`, event-loop lag among them. Default true. */
  process?: boolean;
}

/** The metrics of a process, in Prometheus' words. Made by `metrics`. */
export class Metrics {
  /** To be given to the engines of the process: `createEngine({ probes: [metrics.probe] })`. */
  readonly probe: EngineProbe;
  /** What a server counts. */
  readonly http: HttpMetrics;
  /** All of it, and what you add. */
  readonly registry: Registry;
  private readonly store: StoreMetrics;

  constructor({ registry = new Registry(), names = {}, freshFor = "10s", process = true }: MetricsOptions) {
    this.registry = registry;
    this.probe = engineMetrics(registry, names);
    this.http = new HttpMetrics(registry);
    this.store = new StoreMetrics(registry, durationMs(freshFor, "freshFor"));
    if (process) collectDefaultMetrics({ register: registry });
  }

  /** The media type of `text`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** All metrics as Prometheus reads them, with what the engine's store holds now. A store that fails is a metric, not an error. */
  async text(engine: Engine): Promise<string> {
    await this.store.look(engine, 5_000);
    return this.registry.metrics();
  }
}

/**
 * Makes the metrics of a process: give `probe` to its engines, and the whole to its server, which shows it at `/metrics`.
 *
 * @example
 * import { createEngine, memoryStore } from "@holdpoint/core";
 * import { metrics } from "@holdpoint/telemetry";
 * const measured = metrics();
 * const engine = createEngine({ store: memoryStore(), workflows: [], probes: [measured.probe] });
 * await engine.open();
 * console.log(await measured.text(engine));
 *
 * @throws ValidationError `freshFor` is no length of time
 */
export function metrics(options: MetricsOptions = {}): Metrics {
  return new Metrics(options);
}
