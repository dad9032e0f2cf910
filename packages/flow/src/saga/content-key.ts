import { createHash } from "node:crypto";

/** What a result is made from. */
export interface Content {
  /** Which work it is: a saga and its step, say. */
  stage: string;
  /** Results are not shared between tenants. Default `_global`. */
  tenant?: string | undefined;
  /** What the work was given. */
  inputs: unknown;
  /** Of the work. Default 1. */
  version?: number;
  /** Settings that change the result. */
  config?: unknown;
}

/**
 * A key that is the same when, and only when, a result would be made from the same: by the same work of the same version and
 * settings from the same inputs.
 *
 * @example
 * const key = contentKey({ stage: "summarise", inputs: { text: "…" }, config: { model: "small" } });
 */
export function contentKey({ stage, tenant = "_global", inputs, version = 1, config }: Content): string {
  const parts = [stage, tenant].map((part) => part.replaceAll("|", "%7C"));
  return [...parts, sha256(canonicalJson(inputs)), sha256(canonicalJson({ version, config }))].join("|");
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * JSON with sorted keys and no spaces: the same text for the same value, however it was put together. What JSON cannot tell
 * apart, or would leave out, is written out: dates, bigints, maps, sets, bytes, undefined.
 */
export function canonicalJson(value: unknown): string {
  if (value === undefined) return '{"$undefined":true}';
  if (typeof value === "bigint") return `{"$bigint":"${value}"}`;
  if (typeof value === "number" && !Number.isFinite(value)) return `{"$number":"${value}"}`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? `{"$":"${typeof value}"}`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value instanceof Date) return `{"$date":${value.getTime()}}`;
  if (value instanceof Uint8Array) return `{"$bytes":"${Buffer.from(value).toString("base64")}"}`;
  if (value instanceof Map) return `{"$map":${canonicalJson([...value])}}`;
  if (value instanceof Set) return `{"$set":${canonicalJson([...value])}}`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(",")}}`;
}
