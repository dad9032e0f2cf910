import type { Store } from "../../store/store.ts";
import { Coverage } from "./coverage.ts";
import { type SimulationResult, simulate } from "./simulate.ts";

export interface SimulationReport {
  seeds: number;
  failed: { seed: number; violations: string[] }[];
  coverage: Coverage;
}

/**
 * Lives many worlds, one after the other.
 *
 * @example
 * const report = await simulateMany({ from: 1, seeds: 2000 });
 * expect(report.failed).toEqual([]);
 * expect(report.coverage.gaps(100)).toEqual([]);
 */
export async function simulateMany(options: {
  from: number;
  seeds: number;
  store?: () => Store | Promise<Store>;
  /** Which of the worlds are encrypted. Default none. */
  encrypted?: (seed: number) => boolean;
  /** Stops at this many failed seeds. */
  atMost?: number;
  onSeed?: (result: SimulationResult) => void;
}): Promise<SimulationReport> {
  const { from, seeds, store, encrypted = () => false, atMost = 10, onSeed } = options;
  const report: SimulationReport = { seeds: 0, failed: [], coverage: new Coverage() };
  for (let seed = from; seed < from + seeds && report.failed.length < atMost; seed++) {
    const result = await simulate(seed, { encrypted: encrypted(seed), ...(store ? { store } : {}) });
    report.seeds++;
    report.coverage.add(result.coverage.toJSON());
    if (result.violations.length > 0) report.failed.push({ seed, violations: result.violations });
    onSeed?.(result);
  }
  return report;
}
