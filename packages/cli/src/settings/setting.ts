import { z } from "zod";

/** What is known of one setting beside its type. */
export interface SettingFacts {
  /** The variable that sets it. */
  env: string;
  /** What it is for, as the table of settings says it. */
  says: string;
  /** What a value must be, behind "must be": "a port from 0 to 65535". */
  must: string;
  /** How a variable's text becomes a value. */
  read: (text: string) => unknown;
  /** What holds where nobody says anything, in words. */
  standard: string;
  /** Never shown: `true` in whole, `"url"` only the password of an address. */
  secret?: true | "url";
  /** The variable that names a file with the value; for secrets, which are mounted as files. */
  envFile?: string;
}

/** The facts of every setting, by its schema. */
export const settingFacts = z.registry<SettingFacts>();

type Described = Omit<SettingFacts, "read" | "must"> & { must?: string };

function registered<S extends z.ZodType>(schema: S, facts: SettingFacts): z.ZodOptional<S> {
  const optional = schema.optional();
  const { secret, env } = facts;
  settingFacts.add(optional, secret === undefined ? facts : { envFile: `${env}_FILE`, ...facts });
  return optional;
}

const asIs = (text: string): string => text;

/** A text of one line that is not empty. */
export const textSetting = (facts: Described) =>
  registered(z.string().min(1), { must: "a text that is not empty", ...facts, read: asIs });

/** A text that fits a pattern. */
export const patternSetting = (pattern: RegExp, facts: Described & { must: string }) =>
  registered(z.string().regex(pattern), { ...facts, read: asIs });

/** One of some words. */
export const wordSetting = <const W extends readonly [string, ...string[]]>(words: W, facts: Described) =>
  registered(z.enum(words), { must: `one of ${words.join(", ")}`, ...facts, read: asIs });

/** A whole number. */
export const countSetting = ({ least = 1, most, ...facts }: Described & { least?: number; most?: number }) => {
  const count = z.int().min(least);
  const must = most === undefined ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`;
  return registered(most === undefined ? count : count.max(most), { must, ...facts, read: numberIn });
};

/** A number from 0 to 1. */
export const shareSetting = (facts: Described) =>
  registered(z.number().min(0).max(1), { must: "a number from 0 to 1", ...facts, read: numberIn });

/** Yes or no. */
export const switchSetting = (facts: Described) =>
  registered(z.boolean(), { must: "true or false", ...facts, read: booleanIn });

/** A length of time: `"30s"`, `"2h 30m"`, or milliseconds. */
export const timeSetting = (facts: Described) =>
  registered(duration, { must: 'a length of time such as "30s", "15m" or "8h"', ...facts, read: asIs });

/** A length of time, or false for never. */
export const timeOrNeverSetting = (facts: Described) =>
  registered(z.union([duration, z.literal(false)]), {
    must: 'a length of time such as "30d", or false',
    ...facts,
    read: (text) => (/^(false|off|no|never)$/i.test(text) ? false : text),
  });

/** Several texts; in a variable with commas between them. */
export const listSetting = (facts: Described) =>
  registered(z.array(z.string().min(1)), { must: "texts with commas between them", ...facts, read: listIn });

/** So many in so much time: `"600/1m"`, or `{ limit: 600, per: "1m" }`. */
export const rateSetting = (facts: Described) =>
  registered(z.union([z.string().transform(rateIn), z.strictObject({ limit: z.int().min(1), per: duration })]), {
    must: 'a number and a length of time such as "600/1m"',
    ...facts,
    read: asIs,
  });

const roles = z.array(z.enum(["viewer", "operator", "reviewer", "author", "admin"]));

/** Some roles. */
export const rolesSetting = (facts: Described) =>
  registered(roles, { must: "some of viewer, operator, reviewer, author, admin", ...facts, read: listIn });

/** A key: bytes, or their base64. */
export const keySetting = (facts: Described) =>
  registered(
    z.union([
      z.instanceof(Uint8Array),
      z
        .string()
        .regex(base64)
        .transform((text) => Buffer.from(text, "base64")),
    ]),
    {
      must: "at least 32 bytes in base64, as `openssl rand -base64 32` makes them",
      ...facts,
      read: asIs,
    },
  );

/** Which group has which roles: `"finance=reviewer,ops=operator+author"`. */
export const roleMapSetting = (facts: Described) =>
  registered(z.record(z.string().min(1), roles), {
    must: 'groups with their roles such as "finance=reviewer,ops=operator+author"',
    ...facts,
    read: rolesIn,
  });

const base64 = /^[A-Za-z0-9+/]{43,}={0,2}$/;
const durationPattern = /^\s*(\d+(\.\d+)?\s*(ms|[smhdw])\s*)+$/;
const duration = z.union([z.string().regex(durationPattern), z.number().min(0)]);

function numberIn(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

function booleanIn(text: string): unknown {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  return /^(false|0|no|off)$/i.test(text) ? false : text;
}

function listIn(text: string): string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

function rolesIn(text: string): unknown {
  const pairs = listIn(text).map((one) => one.split("="));
  if (pairs.some((pair) => pair.length !== 2)) return text;
  return Object.fromEntries(pairs.map(([group = "", given = ""]) => [group.trim(), given.split("+")]));
}

function rateIn(text: string, context: z.RefinementCtx): { limit: number; per: string } {
  const [, limit = "", per = ""] = /^\s*([1-9]\d*)\s*\/\s*(.+)$/.exec(text) ?? [];
  if (limit !== "" && durationPattern.test(per)) return { limit: Number(limit), per };
  context.addIssue({ code: "custom", message: "is no rate" });
  return z.NEVER;
}
