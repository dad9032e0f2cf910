import { integer, text } from "../../columns/read.ts";
import type { SqlRow } from "../../driver/driver.ts";
import type { MigrationFile } from "./folder.ts";
import type { TranslatedStatement } from "./own-statements.ts";

/** Where a database notes what was applied to it. */
export const historyTable = "holdpoint_migration";

/** One line of the history. */
export interface Applied {
  version: number;
  name: string;
  checksum: string;
  appliedAt: number;
  /** It stopped half-way, on a database that commits each change of tables by itself. */
  isHalf: boolean;
}

/** What to do with a statement of which nobody knows whether it was executed: it is there, or it shall be executed again. */
export type Interrupted = "done" | "again";

/** The history of a database, while nobody else can migrate it. */
export interface History {
  exists(): Promise<boolean>;
  create(): Promise<void>;
  read(): Promise<Applied[]>;
  /**
   * Executes the statements and notes the file.
   *
   * @throws StoreError the database refused a statement; says what of the file stays
   */
  apply(file: MigrationFile, statements: readonly TranslatedStatement[], interrupted?: Interrupted): Promise<void>;
}

/** A database that migrations are applied to. */
export interface MigrationTarget {
  /** For messages, without a password. */
  readonly name: string;
  /** Does something that keeps out everybody else who migrates. */
  locked<T>(work: (history: History) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function appliedOf(row: SqlRow): Applied {
  const appliedAt = integer(row, "applied_at");
  return {
    version: integer(row, "version"),
    name: text(row, "name"),
    checksum: text(row, "checksum"),
    appliedAt,
    isHalf: appliedAt === 0,
  };
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
