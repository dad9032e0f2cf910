import { createHash } from "node:crypto";
import { LateMap } from "./late-map.ts";

/** Which seed holds from which journal number on: a fork keeps the source's seed for what it inherited. */
export interface SeedSpan {
  from: number;
  seed: string;
}

/** Reads a run's `seed` column: one seed, or `from:seed` pairs of a fork, oldest first. */
export function parseSeed(column: string): SeedSpan[] {
  return column.split(",").map((part) => {
    const at = part.indexOf(":");
    return at < 0 ? { from: 0, seed: part } : { from: Number(part.slice(0, at)), seed: part.slice(at + 1) };
  });
}

/**
 * The column of a run forked from one with `column`, with a new seed after number `point`. `translate` gives the
 * fork's number for one of the source's.
 */
export function forkSeed(column: string, translate: (from: number) => number, point: number, seed: string): string {
  const spans = parseSeed(column).map((span) => ({ ...span, from: span.from === 0 ? 0 : translate(span.from) }));
  const kept = spans.filter((span) => span.from < point || span.from === 0);
  return [...kept, { from: point, seed }].map((span) => `${span.from}:${span.seed}`).join(",");
}

/**
 * A stream of numbers from a seed and a scope's path (sfc32 by Chris Doty-Humphrey, PractRand; seeded by SHA-256):
 * the same in every replay, independent of what other branches draw.
 */
export class Entropy {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: string, path: string) {
    const digest = createHash("sha256").update(seed).update("\0").update(path).digest();
    this.a = digest.readInt32LE(0);
    this.b = digest.readInt32LE(4);
    this.c = digest.readInt32LE(8);
    for (let i = 0; i < 12; i++) this.next32();
  }

  next32(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** 0 (included) to 1 (excluded), 53 bits. */
  random(): number {
    return ((this.next32() >>> 5) * 67_108_864 + (this.next32() >>> 6)) / 9_007_199_254_740_992;
  }

  /** A version 4 UUID. */
  uuid(): string {
    const hex = [0, 0, 0, 0].map(() => this.next32().toString(16).padStart(8, "0")).join("");
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}

/** The random streams of one run: one per scope, and per seed where it is a fork. */
export class RunEntropies {
  private readonly streams = new LateMap<string, Entropy>();

  /** The stream of the scope at `path`, as far as the run has seen its record (`seen`). */
  of(column: string, path: string, seen: number): Entropy {
    const spans = parseSeed(column);
    let span = spans[0] as SeedSpan;
    for (const next of spans) if (next.from <= seen) span = next;
    const name = `${span.seed} ${path}`;
    let stream = this.streams.get(name);
    if (!stream) {
      stream = new Entropy(span.seed, path);
      this.streams.set(name, stream);
    }
    return stream;
  }
}
