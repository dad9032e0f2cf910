import { type SqlParameter, ValidationError } from "@holdpoint/core";
import { executedComment, isWord, statementsOf, type Token, tokensOf } from "./sql-text.ts";

/** How a database writes its placeholders; MySQL and MariaDB get the values in their place. */
export type Placeholders = "numbered" | "question marks" | "values";

/** A statement as a database takes it. */
export interface Statement {
  readonly text: string;
  /** How many parameters it wants. */
  readonly parameters: number;
  /** Which parameter stands at each placeholder: SQLite's are given one by one. */
  readonly order: readonly number[];
  /** What stands before, between and behind the placeholders. */
  readonly pieces: readonly string[];
  /** What it begins with: `select`. */
  readonly verb: string;
  /** Whether it can change rows: SQLite says of any other what the last one before it changed. */
  readonly changesRows: boolean;
}

const changing = new Set(["insert", "update", "delete", "replace", "merge", "with"]);

const ending = [
  "begin",
  "start",
  "commit",
  "end",
  "rollback",
  "abort",
  "savepoint",
  "release",
  "prepare",
  "attach",
  "detach",
  "xa",
];

function wrong(message: string): never {
  throw new ValidationError("sql", [{ path: "", message }]);
}

/** What would take a transaction out of the hands of whoever began it. */
function checkControl(statement: readonly Token[]): void {
  const [first, second] = statement;
  if (!isWord(first, ...ending)) return;
  // `prepare` alone makes a prepared statement; `prepare transaction` gives the transaction away.
  if (isWord(first, "prepare") && !isWord(second, "transaction")) return;
  const words = `${first?.text ?? ""}`.toLowerCase();
  wrong(`"${words}" is not for a transaction that another ends: return from the function to commit, throw to undo`);
}

/** Texts that were read before; an application has as many as it has statements in its code. */
const known = new Map<string, Statement>();
const keptTexts = 500;

/**
 * One statement, its placeholders written as the database wants them.
 *
 * @throws ValidationError it is none, or more than one, or ends a transaction, or mixes two kinds of placeholders
 */
export function readStatement(sql: string, placeholders: Placeholders): Statement {
  const name = `${placeholders}:${sql}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  if (typeof sql !== "string") wrong("must be a text");
  const tokens = tokensOf(sql, placeholders === "values" ? "mysql" : "standard");
  if (tokens.some(({ text }) => executedComment.test(text))) wrong("has a comment that MySQL executes (/*! … */)");
  const [statement, another] = statementsOf(tokens);
  if (statement === undefined) wrong("is empty");
  if (another !== undefined)
    wrong(`has more than one statement (the second begins with "${another[0]?.text}"): execute them one by one`);
  checkControl(statement);
  const read = rewrite(sql, statement, placeholders);
  if (known.size >= keptTexts) known.clear();
  known.set(name, read);
  return read;
}

function rewrite(sql: string, statement: readonly Token[], placeholders: Placeholders): Statement {
  const marks = statement.filter(({ kind }) => kind === "parameter");
  const numbered = marks.some(({ text }) => text.startsWith("$"));
  // With `$1` a question mark is an operator of jsonb.
  const used = numbered ? marks.filter(({ text }) => text.startsWith("$")) : marks;
  if (used.some(({ text }) => /^\?\d/.test(text))) wrong("has placeholders such as ?1; write ? or $1");
  const last = statement.at(-1);
  const end = last === undefined ? sql.length : last.at + last.text.length;
  const order: number[] = [];
  const pieces: string[] = [];
  let from = 0;
  for (const mark of used) {
    order.push(numbered ? Number(mark.text.slice(1)) - 1 : order.length);
    pieces.push(sql.slice(from, mark.at));
    from = mark.at + mark.text.length;
  }
  pieces.push(sql.slice(from, end));
  const marked = (piece: string, i: number): string =>
    piece + (placeholders === "numbered" ? `$${(order[i] ?? 0) + 1}` : "?");
  const text = pieces.slice(0, -1).map(marked).join("") + pieces.at(-1);
  const verb = statement[0]?.text.toLowerCase() ?? "";
  const parameters = Math.max(0, ...order.map((n) => n + 1));
  return { text, parameters, order, pieces, verb, changesRows: changing.has(verb) };
}

/**
 * Parameters in the order of the placeholders.
 *
 * @throws ValidationError there are more or fewer than the statement wants, or one is of a type no database takes
 */
export function bind(statement: Statement, parameters: readonly SqlParameter[]): readonly SqlParameter[] {
  if (parameters.length !== statement.parameters) {
    wrong(`wants ${statement.parameters} parameters and is given ${parameters.length}`);
  }
  for (const [i, value] of parameters.entries()) {
    const plain = value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
    if (plain || value instanceof Date || value instanceof Uint8Array) continue;
    wrong(
      `parameter ${i + 1} is ${value === undefined ? "undefined" : "an object"}; write null, or make it a text (JSON.stringify)`,
    );
  }
  return parameters;
}
