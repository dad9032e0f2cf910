import type { z } from "zod";
import { settingsSchema } from "./schema.ts";
import { type SettingFacts, settingFacts } from "./setting.ts";

/** One setting: where it is in a configuration, what sets it, what it may be. */
export interface Setting extends SettingFacts {
  /** `server.rates.perKey`. */
  path: string;
  schema: z.ZodType;
}

type Shape = Readonly<Record<string, z.ZodType>>;

function* settingsIn(shape: Shape, before: string): Generator<Setting> {
  for (const [name, schema] of Object.entries(shape)) {
    const path = `${before}${name}`;
    const facts = settingFacts.get(schema);
    if (facts) yield { path, schema, ...facts };
    else yield* settingsIn((schema as z.ZodObject).shape as Shape, `${path}.`);
  }
}

/** Every setting, in the order of the schema. */
export const settings: readonly Setting[] = [...settingsIn(settingsSchema.shape as unknown as Shape, "")];

/** Parts that are off until something of them is said; each has a setting `enabled`. */
export const optionalParts: readonly string[] = [
  "server.mcp",
  "server.webhooks",
  "server.signIn.oidc",
  "server.signIn.accounts",
  "server.signIn.issuer",
];

/** What a configuration says in code, by where it stands. */
export const codeFields: Readonly<Record<string, readonly string[]>> = {
  "": [
    "workflows",
    "evals",
    "services",
    "queues",
    "schedules",
    "directory",
    "codec",
    "log",
    "probes",
    "pipelines",
    "outbox",
    "keepAlive",
    "standIn",
  ],
  server: ["authenticate", "tenant", "annotations", "decisionPage"],
};

/** Variables of ours that are no settings, and whoever reads them. */
export const otherVariables: Readonly<Record<string, string>> = {
  HOLDPOINT_USER: "who acts, where no `--by` says so",
  HOLDPOINT_KEY: "an API key, for programs of yours that call the server",
  HOLDPOINT_SIGNING_KEY: "the file with the key that `holdpoint holds export` signs with",
};
