import type { HookAction, HookDefinition, HookSource } from "@holdpoint/client/contract";
import type { z } from "zod";

/** Where a value is taken from. */
export type Source = z.output<typeof HookSource>;
/** What a call does. */
export type Action = z.output<typeof HookAction>;
/** A hook as somebody writes it. */
export type Definition = z.output<typeof HookDefinition>;

type WithoutSecret<V> = V extends unknown ? Omit<V, "secret"> : never;
/** How a sender shows who it is; its secret is kept elsewhere. */
export type Verification = WithoutSecret<Definition["verify"]>;

/** A hook as it is kept. Times are milliseconds since 1970. */
export interface StoredHook {
  name: string;
  namespace: string;
  action: Action;
  verify: Verification;
  idempotency: Source | null;
  /** In seconds. */
  window: number;
  maxBytes: number;
  /** Keyed hashes of the tokens that open it, the newest first. */
  tokens: { hash: string; until: number | null }[];
  /** What its sender signs with, sealed, the newest first; none where it signs nothing. */
  secrets: { sealed: string; until: number | null }[];
  createdBy: string;
  createdAt: number;
}
