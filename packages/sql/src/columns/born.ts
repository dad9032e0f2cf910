import type { StartOperation } from "@holdpoint/core";
import type { SqlValue } from "../driver/driver.ts";
import { parentClose, statusCode } from "./codes.ts";
import { attributesText } from "./run.ts";

/** Each column of a new run: its type in PostgreSQL's words, and how it is read off the operation. */
export const bornColumns: readonly [name: string, type: string, of: (operation: StartOperation) => SqlValue][] = [
  ["id", "text", ({ run }) => run.id],
  ["workflow", "text", ({ run }) => run.workflow],
  ["version", "bigint", ({ run }) => run.version],
  ["spec", "integer", ({ run }) => run.spec],
  ["code_hash", "text", ({ run }) => run.codeHash],
  ["status", "smallint", ({ run }) => (run.readyAt > run.createdAt ? statusCode.delayed : statusCode.ready)],
  ["queue", "text", ({ run }) => run.queue],
  ["priority", "bigint", ({ run }) => run.priority],
  ["concurrency_key", "text", ({ run }) => run.concurrencyKey],
  ["ready_at", "bigint", ({ run }) => run.readyAt],
  ["seq", "bigint", ({ run }) => run.entries.length],
  ["seed", "text", ({ run }) => run.seed],
  ["salt", "bytea", ({ run }) => run.salt],
  ["head", "bytea", ({ run }) => run.head],
  ["parent_pk", "bigint", ({ run }) => run.parent?.pk ?? null],
  ["parent_key", "text", ({ run }) => run.parent?.key ?? null],
  ["parent_close", "smallint", ({ run }) => (run.parent === null ? null : parentClose.of(run.parent.close))],
  ["forked_from", "text", ({ run }) => run.forkedFrom?.id ?? null],
  ["forked_seq", "bigint", ({ run }) => run.forkedFrom?.seq ?? null],
  ["thread", "text", ({ run }) => run.thread],
  ["input_digest", "bytea", ({ run }) => run.inputDigest],
  ["attributes", "text", ({ run }) => attributesText(run.attributes)],
  ["created_by", "text", ({ run }) => run.createdBy],
  ["created_at", "bigint", ({ run }) => run.createdAt],
];
