import type { Server } from "../../mysql/server.ts";
import { isSign, isWord, type Token } from "../sql-text.ts";
import type { Edit } from "./edit.ts";

/** How a session is set that applies what is written for every database: names, texts and `||` as the standard has them. */
export const standardMode =
  "ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/** The present in UTC, whatever the time zone of whoever inserts. */
export const mysqlNow = "(utc_timestamp(6))";

/** Columns of these types are not in an index without a length, and their defaults are expressions. */
const long = /^(longtext|longblob|json)$/;

/** Behind a key of another table: what is done with it. */
function behindActions(tokens: readonly Token[], start: number): number {
  let at = start;
  while (isWord(tokens[at], "on") && isWord(tokens[at + 1], "delete", "update")) {
    at += isWord(tokens[at + 2], "set", "no") ? 4 : 3;
  }
  return at;
}

/** What MySQL and MariaDB want otherwise than SQLite and PostgreSQL, or cannot do. */
export class MysqlRules {
  readonly #text: string;
  readonly #server: Server;
  readonly #refuse: (token: Token | undefined, what: string) => never;

  constructor(text: string, server: Server, refuse: (token: Token | undefined, what: string) => never) {
    this.#text = text;
    this.#server = server;
    this.#refuse = refuse;
  }

  /** What stands behind a table's columns: texts are compared by code points, as on the other databases. */
  get tableOptions(): string {
    return ` engine = InnoDB default charset = utf8mb4 collate = ${this.#server.collation}`;
  }

  /** Refuses what only the others can do. */
  statement(tokens: readonly Token[]): void {
    const [first, second, third] = tokens;
    if (isWord(first, "drop")) {
      if (isWord(second, "index")) this.#refuse(second, "MySQL drops an index by its table (drop index i on t)");
      const comma = tokens.find((token) => isSign(token, ","));
      if (comma !== undefined) this.#refuse(comma, "MySQL may drop one of two and not the other: drop them one by one");
    }
    if (isWord(first, "create") && (isWord(second, "index") || isWord(third, "index"))) this.#index(tokens);
    for (const [i, token] of tokens.entries()) {
      const next = tokens[i + 1];
      if (isWord(token, "on") && isWord(next, "conflict")) this.#refuse(token, "MySQL has no on conflict");
      if (isWord(token, "default") && isWord(next, "values")) this.#refuse(token, "MySQL has no default values");
      if (isSign(token, "/")) this.#refuse(token, "MySQL does not cut the division of whole numbers, the others do");
    }
  }

  #index(tokens: readonly Token[]): void {
    const where = tokens.find((token) => isWord(token, "where"));
    if (where !== undefined) this.#refuse(where, "MySQL has no index of a part of a table");
    const ifNot = tokens.find((token) => isWord(token, "if"));
    if (ifNot !== undefined && this.#server.product === "MySQL")
      this.#refuse(ifNot, "MySQL has no index if not exists");
    const brackets = tokens.filter((token) => isSign(token, "("));
    if (brackets.length > 1) this.#refuse(brackets[1], "MariaDB has no index of an expression");
  }

  /** A column's type and what stands behind it; gives what it becomes, and a key of another table that moves behind the columns. */
  column(name: Token, type: string, constraints: readonly Token[]): { edits: Edit[]; foreignKey: string | null } {
    if (/^(varchar|char|numeric)$/.test(type) && type !== "char") {
      this.#refuse(
        name,
        `the column ${name.text} needs a length on MySQL: ${type}(${type === "numeric" ? "10, 2" : "100"})`,
      );
    }
    const unique = constraints.find((token) => isWord(token, "primary", "unique"));
    if (unique !== undefined && long.test(type)) {
      this.#refuse(unique, `a ${type} cannot be a key on MySQL: write varchar(n)`);
    }
    const edits: Edit[] = [];
    const given = constraints.findIndex((token) => isWord(token, "default"));
    const value = constraints[given + 1];
    if (given >= 0 && long.test(type) && (value?.kind === "string" || value?.kind === "number")) {
      const end = value.at + value.text.length;
      edits.push({ from: value.at, to: end, text: `(${value.text})` });
    }
    const reference = this.#reference(name, constraints);
    if (reference !== null) edits.push({ from: reference.from, to: reference.to, text: "" });
    return { edits, foreignKey: reference?.text ?? null };
  }

  /** MySQL reads a key of another table behind a column, and forgets it. */
  #reference(name: Token, constraints: readonly Token[]): Edit | null {
    const at = constraints.findIndex((token) => isWord(token, "references"));
    const references = constraints[at];
    if (references === undefined) return null;
    const named = isWord(constraints[at - 2], "constraint") ? (constraints[at - 2] as Token) : null;
    const close = isSign(constraints[at + 2], "(")
      ? constraints.findIndex((token, i) => i > at && isSign(token, ")"))
      : -1;
    if (close < 0) this.#refuse(references, "MySQL wants the column that is referenced: references t (id)");
    const last = constraints[behindActions(constraints, close + 1) - 1] as Token;
    const deferred = constraints.find((token) => isWord(token, "deferrable", "initially"));
    if (deferred !== undefined) this.#refuse(deferred, "MySQL cannot put off the check of a key");
    const to = last.at + last.text.length;
    const key = this.#text.slice(references.at, to);
    const constraint = named === null ? "" : this.#text.slice(named.at, references.at);
    return { from: (named ?? references).at, to, text: `${constraint}foreign key (${name.text}) ${key}` };
  }
}
