import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine, memoryStore } from "@holdpoint/core";
import { expect, test } from "vitest";
import { missing, promtool } from "./fixtures/promtool.ts";
import { metrics } from "./metrics/metrics.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../../deploy/${path}`, import.meta.url));
const alerts = at("prometheus/holdpoint-alerts.yml");
const dashboard = JSON.parse(readFileSync(at("grafana/holdpoint-dashboard.json"), "utf8")) as {
  panels: { id: number; title: string; type: string; targets?: { expr: string }[] }[];
};

/** The names of all metrics, with those that a histogram has besides. */
async function metricNames(): Promise<Set<string>> {
  const measured = metrics();
  const engine = createEngine({ store: memoryStore(), workflows: [] });
  const text = await measured.text(engine);
  await engine.stop();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type]) => ({ name, type }));
  const parts = (name: string): string[] => [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  return new Set(types.flatMap(({ name, type }) => (type === "histogram" ? parts(name) : [name])));
}

/** The names of metrics in an expression of PromQL. */
const named = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:holdpoint|nodejs|process)_[a-z0-9_]+\b/g)].map(([name]) => name);

test("every metric that the alerts and the dashboard ask for is one that /metrics has", async () => {
  const known = await metricNames();
  const rules = readFileSync(alerts, "utf8");
  const asked = new Set([
    ...named(rules),
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => named(expr))),
  ]);
  expect(asked.size).toBeGreaterThan(20);
  expect([...asked].filter((name) => !known.has(name))).toEqual([]);
});

test("every metric of ours is on the dashboard", async () => {
  const shown = new Set(dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => named(expr))));
  const families = [...(await metricNames())].filter((name) => name.startsWith("holdpoint_"));
  const family = (name: string): string => name.replace(/_(bucket|sum|count)$/, "");
  const seen = new Set([...shown].map(family));
  expect(families.map(family).filter((name) => !seen.has(name))).toEqual([]);
  const panels = dashboard.panels.map(({ id }) => id);
  expect(new Set(panels).size).toBe(panels.length);
});

test.skipIf(missing !== null)(
  `the alert rules are what Prometheus takes, and fire when they should (${missing ?? "promtool"})`,
  () => {
    expect(promtool(["check", "rules", alerts])).toBe("");
    expect(promtool(["test", "rules", at("prometheus/holdpoint-alerts.test.yml")])).toBe("");
  },
);

test.skipIf(missing !== null)(`every expression of the dashboard is PromQL (${missing ?? "promtool"})`, () => {
  const rules = dashboard.panels
    .flatMap(({ targets = [] }) => targets)
    .map(({ expr }, n) => ({
      record: `panel:${n}`,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$job", "holdpoint"),
    }));
  // JSON is YAML.
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-dashboard-"));
  const file = join(directory, "rules.yml");
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  const said = promtool(["check", "rules", file]);
  rmSync(directory, { recursive: true });
  expect(said).toBe("");
});
