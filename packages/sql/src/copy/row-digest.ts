import { createHash, type Hash } from "node:crypto";
import type { SqlValue } from "../driver/driver.ts";

/** A SHA-256 over rows in their order. Each value brings its type and length, so no two different lists make the same bytes. */
export class RowDigest {
  readonly #hash: Hash = createHash("sha256");

  add(row: readonly SqlValue[]): void {
    for (const value of row) {
      if (value === null) this.#hash.update("0;");
      else if (typeof value === "number") this.#hash.update(`n${value};`);
      else {
        const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
        this.#hash.update(`${typeof value === "string" ? "t" : "b"}${bytes.length};`).update(bytes);
      }
    }
    this.#hash.update("|");
  }

  text(): string {
    return this.#hash.digest("hex");
  }
}
