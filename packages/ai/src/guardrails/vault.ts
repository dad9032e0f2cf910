import { createHmac } from "node:crypto";
import type { WorkflowContext } from "@holdpoint/core";
import { mapTextsNow } from "./leaves.ts";

/** A placeholder and what it stands for, as a check records it. */
export interface VaultEntry {
  readonly placeholder: string;
  readonly type: string;
  readonly value: string;
}

const shape = /\[[A-Z][A-Z_]*_[0-9a-f]{8}\]/g;

/**
 * What placeholders of a run stand for. They are made from the value with a key of the run, so that checks that run side by side
 * agree, and nobody can make one up.
 */
export class Vault {
  readonly #key: string;
  readonly #entries = new Map<string, VaultEntry>();

  constructor(key: string) {
    this.#key = key;
  }

  /** The placeholder of a value: `[EMAIL_1f0c22ab]`. It is not known by `reveal` before it was added. */
  entry(type: string, value: string): VaultEntry {
    const digest = createHmac("sha256", this.#key).update(`${type}\n${value}`).digest("hex").slice(0, 8);
    return { placeholder: `[${type.toUpperCase().replace(/[^A-Z]/g, "_")}_${digest}]`, type, value };
  }

  add(entries: readonly VaultEntry[]): void {
    for (const entry of entries) this.#entries.set(entry.placeholder, entry);
  }

  /** A value with what placeholders in it stand for, of these types. */
  reveal<T>(value: T, types: readonly string[] | true): T {
    if (this.#entries.size === 0) return value;
    const replaced = (text: string): string =>
      text.replace(shape, (placeholder) => {
        const entry = this.#entries.get(placeholder);
        return entry && (types === true || types.includes(entry.type)) ? entry.value : placeholder;
      });
    return mapTextsNow(value, replaced) as T;
  }
}

/** One for each execution of a run: a replay fills it from the same records in the same order. */
const vaults = new WeakMap<WorkflowContext, Vault>();

export function vaultOf(ctx: WorkflowContext): Vault {
  let vault = vaults.get(ctx);
  if (!vault) vaults.set(ctx, (vault = new Vault(ctx.uuid())));
  return vault;
}
