import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "@holdpoint/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { HoldpointConfig } from "../config/define-config.ts";
import type { ServerConfig } from "../config/server-config.ts";
import { checkVariables } from "./check-variables.ts";
import { maskedAddress } from "./masked.ts";
import { readSettings } from "./read-settings.ts";
import type { settingsSchema } from "./schema.ts";
import { settings } from "./settings.ts";
import { unknownVariables } from "./unknown-names.ts";

type Sources = Parameters<typeof readSettings>[0];

const read = (
  config: Partial<HoldpointConfig>,
  environment: Record<string, string> = {},
  flags: NonNullable<Sources["flags"]> = {},
) => readSettings({ config: { workflows: [], ...config }, file: "holdpoint.config.ts", environment, flags });

/** Every sentence that settings are refused with. */
function refusal(config: Record<string, unknown>, environment: Record<string, string> = {}): string[] {
  try {
    read(config as Partial<HoldpointConfig>, environment);
  } catch (error) {
    const { message, details } = error as { message: string; details: { issues?: { message: string }[] } };
    return details.issues?.map((issue) => issue.message) ?? [message];
  }
  return [];
}

test("a flag goes before the environment, that before the file, that before the default", () => {
  const port = (...given: Parameters<typeof read>) => {
    const { effective, config } = read(...given);
    const one = effective.get("server.port");
    return [one?.value, one?.source, one?.from, config.server?.port];
  };
  const file = { server: { port: 1 } };
  const env = { HOLDPOINT_PORT: "2" };
  expect(port({})).toEqual([4400, "default", null, undefined]);
  expect(port(file)).toEqual([1, "file", "server.port", 1]);
  expect(port(file, env)).toEqual([2, "environment", "HOLDPOINT_PORT", 2]);
  const flags = { "server.port": { option: "--port", value: 3 } };
  expect(port(file, env, flags)).toEqual([3, "flag", "--port", 3]);
  expect(port(file, { HOLDPOINT_PORT: "" })[0]).toBe(1);
});

test("the file that was given is not changed", () => {
  const config = { workflows: [], server: { port: 1 } };
  read(config, { HOLDPOINT_PORT: "2", HOLDPOINT_RATES_PER_KEY: "600/1m" });
  expect(config).toEqual({ workflows: [], server: { port: 1 } });
});

test("a store that is made in code stays, whatever address the environment has", () => {
  const store = memoryStore();
  expect(read({ store }, { HOLDPOINT_STORE: "other.db" }).config.store).toBe(store);
  expect(read({ store: "mine.db" }, { HOLDPOINT_STORE: "other.db" }).config.store).toBe("other.db");
});

test("texts of variables become what the schema says", () => {
  const { config } = read(
    {},
    {
      HOLDPOINT_RATES_PER_ADDRESS: "600 / 1m",
      HOLDPOINT_CORS_ORIGINS: "https://a.example, https://b.example",
      HOLDPOINT_AUDIT: "off",
      HOLDPOINT_RETENTION_RUNS: "never",
      HOLDPOINT_LEASE: "30s",
      HOLDPOINT_OIDC_ISSUER: "https://accounts.example.com",
      HOLDPOINT_OIDC_CLIENT_ID: "holdpoint",
      HOLDPOINT_OIDC_ROLES: "finance=reviewer, ops=operator+author",
      HOLDPOINT_ORIGIN: "https://holds.example.com",
      HOLDPOINT_CHAIN_KEY: Buffer.alloc(32, 7).toString("base64"),
    },
  );
  expect(config).toMatchObject({
    lease: "30s",
    retention: { runs: false },
    chainKey: Buffer.alloc(32, 7),
    server: {
      rates: { perAddress: { limit: 600, per: "1m" } },
      cors: { origins: ["https://a.example", "https://b.example"] },
      audit: false,
      signIn: { oidc: { clientId: "holdpoint", roles: { finance: ["reviewer"], ops: ["operator", "author"] } } },
    },
  });
});

test("a secret may be in a file that a variable names", () => {
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-secret-"));
  const path = join(directory, "secret");
  writeFileSync(path, `${"s".repeat(40)}\n`);
  expect(read({}, { HOLDPOINT_SECRET_FILE: path }).config.server?.secret).toBe("s".repeat(40));
  expect(refusal({}, { HOLDPOINT_SECRET_FILE: path, HOLDPOINT_SECRET: "t".repeat(40) })).toEqual([
    "HOLDPOINT_SECRET and HOLDPOINT_SECRET_FILE are both set; keep one of them",
  ]);
  expect(refusal({}, { HOLDPOINT_STORE_FILE: join(directory, "none") })).toEqual([
    `HOLDPOINT_STORE_FILE: ${directory}/none cannot be read`,
  ]);
  rmSync(directory, { recursive: true });
});

test("a part is on as soon as anything of it is said, and off when it says so", () => {
  const on = (config: Partial<HoldpointConfig>, environment = {}) => {
    const { config: read_, effective } = read(config, environment);
    return [read_.server?.webhooks !== undefined, effective.get("server.webhooks.enabled")?.value];
  };
  expect(on({})).toEqual([false, false]);
  expect(on({ server: { webhooks: {} } })).toEqual([true, true]);
  expect(on({ server: { webhooks: true } })).toEqual([true, true]);
  expect(on({}, { HOLDPOINT_WEBHOOKS_ALLOW: "10.0.0.0/8" })).toEqual([true, true]);
  expect(on({ server: { webhooks: { allow: ["10.0.0.0/8"] } } }, { HOLDPOINT_WEBHOOKS: "false" })).toEqual([
    false,
    false,
  ]);
});

describe("what is wrong is said in a sentence each", () => {
  test.each<[Record<string, unknown>, Record<string, string>, string[]]>([
    [{}, { HOLDPOINT_PORT: "many" }, ['HOLDPOINT_PORT must be a port from 0 to 65535, not "many"']],
    [{ server: { prot: 1 } }, {}, ["holdpoint.config.ts: server.prot is no setting; did you mean server.port?"]],
    [
      { lease: "soon", server: { audit: "perhaps" } },
      { HOLDPOINT_SECRET: "short" },
      [
        'holdpoint.config.ts: lease must be a length of time such as "30s", "15m" or "8h", not "soon"',
        "HOLDPOINT_SECRET must be at least 32 characters nobody can guess, not what it is",
        'holdpoint.config.ts: server.audit must be true or false, not "perhaps"',
      ],
    ],
    [
      {},
      { HOLDPOINT_PORT: "tcp://10.0.0.1:4400" },
      [
        "HOLDPOINT_PORT is what Kubernetes sets for a Service named holdpoint: set enableServiceLinks: false, or name the Service otherwise",
      ],
    ],
    [
      {},
      { HOLDPOINT_ACCOUNTS: "true" },
      [
        "HOLDPOINT_ORIGIN (server.origin) is missing: signing in (server.signIn.accounts) must know where browsers see the server",
      ],
    ],
    [
      { server: { origin: "http://holds.example.com" } },
      {},
      [
        'HOLDPOINT_ORIGIN (server.origin) must be https, but for localhost: "http://holds.example.com" would show sessions to the network',
      ],
    ],
    [
      { server: { origin: "https://h.example", signIn: { oidc: { issuer: "https://a.example" } } } },
      {},
      [
        "HOLDPOINT_OIDC_CLIENT_ID (server.signIn.oidc.clientId) is missing: nobody can sign in with the provider without it",
        "HOLDPOINT_OIDC_ROLES (server.signIn.oidc.roles) is missing, or HOLDPOINT_OIDC_EVERYBODY: nobody would have a role",
      ],
    ],
    [
      { worker: false },
      { HOLDPOINT_SERVER: "no" },
      ["HOLDPOINT_SERVER and HOLDPOINT_WORKER (server.enabled, worker) are both false: nothing is left to do"],
    ],
  ])("%j with %j", (config, environment, sentences) => {
    expect(refusal(config, environment)).toEqual(sentences);
  });

  test("without what a secret holds", () => {
    expect(JSON.stringify(refusal({}, { HOLDPOINT_CHAIN_KEY: "hunter2" }))).not.toContain("hunter2");
  });
});

test("variables that nothing reads are named with the nearest that something does", () => {
  const environment = {
    HOLDPOINT_SECERT: "x",
    HOLDPOINT_GRAPH_ENABLED: "1",
    HOLDPOINT_SERVICE_HOST: "10.0.0.1",
    PATH: "",
  };
  expect(unknownVariables(environment)).toEqual([{ name: "HOLDPOINT_SECERT", meant: "HOLDPOINT_SECRET" }]);
  expect(() => checkVariables(environment)).toThrow("HOLDPOINT_SECERT is no setting; did you mean HOLDPOINT_SECRET?");
  expect(checkVariables({ HOLDPOINT_WAREHOUSE_QQQ: "1" })).toEqual([
    "HOLDPOINT_WAREHOUSE_QQQ is no setting: nothing of Holdpoint reads it",
  ]);
});

test.each([
  [
    "postgres://me:secret@db:5433/x?sslpassword=s&application_name=a",
    "postgres://me:…@db:5433/x?sslpassword=…&application_name=a",
  ],
  ["postgres://me@db/x", "postgres://me@db/x"],
  ["runs.db", "runs.db"],
])("%s is shown as %s", (address, shown) => {
  expect(maskedAddress(address)).toBe(shown);
});

test("each setting has its own variable, and a default that it could be set to", () => {
  const names = settings.map(({ env }) => env);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, standard, schema, read: readText } of settings)
    if (!standard.startsWith("(")) expect(schema.safeParse(readText(standard)).error, path).toBeUndefined();
});

test("what a configuration may say is what the schema takes", () => {
  type Given = z.input<typeof settingsSchema>;
  expectTypeOf<keyof Given>().toExtend<keyof HoldpointConfig>();
  expectTypeOf<keyof NonNullable<Given["server"]>>().toExtend<keyof ServerConfig>();
  type Code = "authenticate" | "tenant" | "annotations" | "decisionPage";
  expectTypeOf<Exclude<keyof ServerConfig, Code>>().toExtend<keyof NonNullable<Given["server"]>>();
});
