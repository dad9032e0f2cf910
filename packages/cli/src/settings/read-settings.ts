import { readFileSync } from "node:fs";
import type { HoldpointConfig } from "../config/define-config.ts";
import { ConfigError } from "../config/find-config.ts";
import { conflicts } from "./conflicts.ts";
import { shownValue } from "./masked.ts";
import { optionalParts, type Setting, settings } from "./settings.ts";
import { unknownFields } from "./unknown-names.ts";

/** Who said what a setting is; each goes before those on its left. */
export type SettingSource = "default" | "file" | "environment" | "flag";

/** A setting as it holds. */
export interface EffectiveSetting {
  setting: Setting;
  /** Undefined where nobody says anything and there is no value that holds then. */
  value: unknown;
  source: SettingSource;
  /** The variable, the field or the option it was read from; null for a default. */
  from: string | null;
}

/** Where settings are read from. */
export interface SettingSources {
  config: HoldpointConfig;
  /** How the configuration is called in sentences. */
  file: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** What was typed, by path: `server.port` from `--port`. */
  flags?: Readonly<Record<string, { option: string; value: unknown }>>;
}

/** All settings by path, checked, and the configuration with them in their places. */
export interface ReadSettings {
  effective: ReadonlyMap<string, EffectiveSetting>;
  config: HoldpointConfig;
}

/**
 * Settings from the command line, else the environment, else the configuration, else their defaults. What a configuration makes in code
 * (a store, say) stays.
 *
 * @throws ConfigError with a sentence for each one that is wrong: which variable or field, and what it must be
 */
export function readSettings(sources: SettingSources): ReadSettings {
  const config = plainParts(sources.config);
  const problems = unknownFields(config, sources.file);
  const effective = new Map<string, EffectiveSetting>();
  for (const setting of settings) {
    try {
      effective.set(setting.path, effectiveOf(setting, { ...sources, config }));
    } catch (error) {
      if (!(error instanceof WrongSetting)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length === 0) {
    for (const part of optionalParts) switchPart(part, config, effective);
    problems.push(...conflicts((path) => effective.get(path)?.value));
  }
  if (problems.length > 0) throw settingsError(problems);
  return { effective, config: placed(config, effective) };
}

/** What is wrong with one setting, in a sentence. */
class WrongSetting extends Error {}

function settingsError(problems: readonly string[]): ConfigError {
  const [first = ""] = problems;
  if (problems.length === 1) return new ConfigError(first);
  const issues = problems.map((message) => ({ path: "", message }));
  return new ConfigError(`${problems.length} settings are wrong`, undefined, { issues });
}

function effectiveOf(setting: Setting, sources: SettingSources): EffectiveSetting {
  const { path, read, standard } = setting;
  const flag = sources.flags?.[path];
  const own = valueAt(sources.config, path);
  // A store that is made in code may be encrypted or pooled: an address would take that away.
  if (path === "store" && typeof own === "object" && own !== null && flag === undefined)
    return { setting, value: own, source: "file", from: "store, made in code" };
  if (flag !== undefined) return checked(setting, flag.value, "flag", flag.option);
  const variable = variableOf(setting, sources.environment);
  if (variable !== null) return checked(setting, read(variable.text), "environment", variable.name);
  if (own !== undefined) return checked(setting, own, "file", path, `${sources.file}: `);
  const value = standard.startsWith("(") ? undefined : setting.schema.safeParse(read(standard)).data;
  return { setting, value, source: "default", from: null };
}

function checked(setting: Setting, given: unknown, source: SettingSource, from: string, before = ""): EffectiveSetting {
  const { success, data } = setting.schema.safeParse(given);
  if (success) return { setting, value: data, source, from };
  if (from === "HOLDPOINT_PORT" && /^\w+:\/\//.test(String(given)))
    throw new WrongSetting(
      "HOLDPOINT_PORT is what Kubernetes sets for a Service named holdpoint: set enableServiceLinks: false, or name the Service otherwise",
    );
  throw new WrongSetting(`${before}${from} must be ${setting.must}, not ${shownValue(setting, given)}`);
}

/** What the environment says of a setting, in the variable itself or in the file that another names; empty is nothing. */
function variableOf(
  { env, envFile }: Setting,
  environment: SettingSources["environment"],
): { name: string; text: string } | null {
  const text = environment[env] || null;
  const file = envFile === undefined ? null : environment[envFile] || null;
  if (text !== null && file !== null) throw new WrongSetting(`${env} and ${envFile} are both set; keep one of them`);
  if (text !== null) return { name: env, text };
  return file === null ? null : { name: envFile ?? env, text: textOf(envFile ?? env, file) };
}

function textOf(variable: string, file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw new WrongSetting(`${variable}: ${file} cannot be read`);
  }
}

/** The configuration, its groups of values copied, and `webhooks: true` written out. */
function plainParts(config: HoldpointConfig): HoldpointConfig {
  const copy = { ...config } as Record<string, unknown>;
  for (const group of new Set(settings.flatMap(({ path }) => parentsOf(path)))) {
    const value = valueAt(copy, group);
    if (typeof value === "boolean" && optionalParts.includes(group)) put(copy, group, { enabled: value });
    else if (typeof value === "object" && value !== null) put(copy, group, { ...value });
  }
  return copy as unknown as HoldpointConfig;
}

/** `a.b.c` has the parents `a` and `a.b`. */
const parentsOf = (path: string): string[] => {
  const names = path.split(".").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("."));
};

/** A part is on as soon as anything of it is said, unless it is switched off. */
function switchPart(part: string, config: HoldpointConfig, effective: Map<string, EffectiveSetting>): void {
  const own = effective.get(`${part}.enabled`);
  if (own === undefined || own.source !== "default") return;
  const said = [...effective.values()].find((one) => one.setting.path.startsWith(`${part}.`) && one.from !== null);
  const written = valueAt(config, part) !== undefined;
  const because = said ?? (written ? { source: "file" as const, from: part } : own);
  effective.set(`${part}.enabled`, { ...own, ...pick(because), value: said !== undefined || written });
}

const pick = ({ source, from }: Pick<EffectiveSetting, "source" | "from">) => ({ source, from });

/** The configuration with what holds in its places; defaults are left to whoever uses them. */
function placed(config: HoldpointConfig, effective: ReadonlyMap<string, EffectiveSetting>): HoldpointConfig {
  for (const [path, { value, source }] of effective) if (source !== "default") put(config, path, value);
  for (const part of optionalParts) {
    if (effective.get(`${part}.enabled`)?.value === true) continue;
    if (valueAt(config, part) !== undefined) put(config, part, undefined);
  }
  return config;
}

function valueAt(from: unknown, path: string): unknown {
  let value = from;
  for (const name of path.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value;
}

function put(into: unknown, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let at = into as Record<string, unknown>;
  for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
}
