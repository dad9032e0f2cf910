import { createHmac, timingSafeEqual } from "node:crypto";
import { ValidationError } from "../errors.ts";
import type { Entry, RunRow, Tombstone } from "../store/store.ts";
import type { ChainProblem } from "./verify.ts";

/** The head of one run at one moment. Chains only grow: later the entry with that count must still have that hash. */
export interface AnchoredHead {
  namespace: string;
  id: string;
  generation: number;
  entryCount: number;
  /** Hexadecimal. */
  head: string;
}

/** Heads to keep where whoever can write the database cannot write: a file elsewhere, a commit, a notary. */
export interface Anchors {
  version: 1;
  /** Milliseconds since 1970. */
  at: number;
  heads: AnchoredHead[];
  /** HMAC-SHA256 over the rest with the engine's chain key, hexadecimal; null without a key. */
  mac: string | null;
}

/**
 * The heads of these runs, to be compared with later.
 *
 * @example
 * const { items } = await store.runs("default", {}, { limit: 1000, cursor: null });
 * const text = JSON.stringify(exportAnchors(items, { at: Date.now() }));
 */
export function exportAnchors(
  runs: readonly RunRow[],
  options: { at: number; chainKey?: Uint8Array | undefined },
): Anchors {
  const heads = runs.map(({ namespace, id, generation, entryCount, head }) => ({
    namespace,
    id,
    generation,
    entryCount,
    head: hex(head),
  }));
  const { at, chainKey } = options;
  return { version: 1, at, heads, mac: chainKey ? macOf(at, heads, chainKey).toString("hex") : null };
}

/**
 * Reads exported anchors back.
 *
 * @throws ValidationError it is not such a file, or with a key: it was changed or made with another key.
 */
export function readAnchors(text: string, chainKey?: Uint8Array): Anchors {
  const anchors: unknown = parsed(text);
  if (!isAnchors(anchors))
    throw new ValidationError("anchors", [{ path: "", message: "is not a file made by `holdpoint export --anchors`" }]);
  if (chainKey) {
    const mac = Buffer.from(anchors.mac ?? "", "hex");
    const expected = macOf(anchors.at, anchors.heads, chainKey);
    if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
      throw new ValidationError("anchors", [
        { path: "mac", message: "does not fit: the file was changed, or made with another key" },
      ]);
    }
  }
  return anchors;
}

/**
 * What is wrong with a run compared with an exported head; null when it still contains what it contained then.
 * A full recomputation of a chain, which `verifyRun` cannot see without a key, shows here.
 *
 * @param found the run of the anchor's generation with all its entries, its tombstone, or null when neither is there.
 */
export function verifyAnchor(
  anchor: AnchoredHead,
  found: { run: RunRow; entries: readonly Entry[] } | { tombstone: Tombstone } | null,
): ChainProblem | null {
  if (!found) return { kind: "deleted", seq: null, message: `run ${anchor.id} is gone and left no tombstone` };
  // A tombstone does not say of which generation it is, so its head cannot be held against this one.
  if ("tombstone" in found) return null;
  const count = found.entries.length;
  if (count < anchor.entryCount) {
    return {
      kind: "truncated",
      seq: null,
      message: `run ${anchor.id} had ${anchor.entryCount} entries when it was anchored, now it has ${count}`,
    };
  }
  const entry = [...found.entries].sort((a, b) => a.seq - b.seq)[anchor.entryCount - 1];
  return entry && hex(entry.hash) === anchor.head ? null : recomputed(anchor, entry?.seq ?? null);
}

function recomputed(anchor: AnchoredHead, seq: number | null): ChainProblem {
  return {
    kind: "recomputed",
    seq,
    message: `run ${anchor.id} is not the one that was anchored: its first ${anchor.entryCount} entries were recomputed`,
  };
}

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

function macOf(at: number, heads: readonly AnchoredHead[], key: Uint8Array): Buffer {
  const lines = heads.map(({ namespace, id, generation, entryCount, head }) =>
    JSON.stringify([namespace, id, generation, entryCount, head]),
  );
  return createHmac("sha256", key)
    .update(`holdpoint anchors 1\n${at}\n${lines.join("\n")}`)
    .digest();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isAnchors(value: unknown): value is Anchors {
  if (typeof value !== "object" || value === null) return false;
  const { version, at, heads, mac } = value as Partial<Anchors>;
  return (
    version === 1 &&
    typeof at === "number" &&
    (mac === null || typeof mac === "string") &&
    Array.isArray(heads) &&
    heads.every(
      (head: Partial<AnchoredHead>) =>
        typeof head.id === "string" &&
        typeof head.namespace === "string" &&
        typeof head.generation === "number" &&
        typeof head.entryCount === "number" &&
        typeof head.head === "string",
    )
  );
}
