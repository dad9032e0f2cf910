import type { Attributes, RunFilter } from "@holdpoint/core";
import { type Reach, within } from "../access/reach.ts";
import { given, millis } from "./wire.ts";

/** A filter as it is sent. */
interface SentFilter {
  createdAfter?: string | undefined;
  createdBefore?: string | undefined;
  finishedAfter?: string | undefined;
  finishedBefore?: string | undefined;
  attributes?: Attributes | undefined;
}

const times = ["createdAfter", "createdBefore", "finishedAfter", "finishedBefore"] as const;

/** A filter as the engine takes it: moments in milliseconds, and only workflows within reach. */
export function runFilterOf<T extends SentFilter>(sent: T, reach: Reach): RunFilter {
  const { createdAfter: _1, createdBefore: _2, finishedAfter: _3, finishedBefore: _4, ...rest } = sent;
  const bounds = times.map((name) => [name, sent[name] === undefined ? undefined : millis(sent[name])] as const);
  return given({ ...rest, workflows: within(reach), ...Object.fromEntries(bounds) }) as RunFilter;
}

/** `customer=ana`, `amount=120`, `vip=true`, `zip="01234"`: what looks like JSON is meant so. */
export function attributesOf(texts: readonly string[]): Attributes {
  const pairs = texts.map((text): [string, Attributes[string]] => {
    const at = text.indexOf("=");
    return [text.slice(0, at), readValue(text.slice(at + 1))];
  });
  return Object.fromEntries(pairs);
}

function readValue(text: string): Attributes[string] {
  if (/^(true|false|null|-?\d+(\.\d+)?|".*")$/s.test(text)) {
    try {
      return JSON.parse(text) as Attributes[string];
    } catch {
      return text;
    }
  }
  return text;
}
