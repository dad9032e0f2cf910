import { ValidationError } from "@holdpoint/core";
import { isSign, isWord, statementsOf, type Token, tokensOf } from "../sql-text.ts";
import type { Dialect, MigrationFile } from "./folder.ts";
import { identityOf, typeOf } from "./types.ts";

/** A piece of the text that is written differently. */
interface Edit {
  from: number;
  to: number;
  text: string;
}

/** Functions that mean the same everywhere. */
const functions = new Set(
  "coalesce nullif lower upper length abs round trim ltrim rtrim substr replace count sum avg min max now".split(" "),
);
/** Words that may stand before a bracket without being a function's name. */
const beforeBracket = new Set(
  "in values and or not exists on where as select from join check key unique references set using into table conflict index then else when between any all by having distinct".split(
    " ",
  ),
);
/** A name behind one of these is a table's, whose columns may follow in brackets. */
const beforeTable = new Set(["into", "references", "on", "table", "exists", "index"]);
const refusedSigns = new Set(["::", "->", "->>", "[", "]", "@", "#", "~", "^", "&", "{", "}", "\\", "$", "!", "`"]);

/** The present, as a text that sorts beside those that dates given as parameters become. */
const sqliteNow = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))";

const constraints = [
  "primary",
  "not",
  "null",
  "unique",
  "default",
  "check",
  "references",
  "constraint",
  "generated",
  "autoincrement",
  "auto_increment",
  "collate",
  "on",
];

/** A statement as a database takes it, and the line it begins at. */
export interface TranslatedStatement {
  text: string;
  line: number;
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split("\n").length;

/** Writes the statements of one file for one database. */
class Translator {
  readonly #file: MigrationFile;
  readonly #dialect: Dialect;
  readonly #edits: Edit[] = [];

  constructor(file: MigrationFile, dialect: Dialect) {
    this.#file = file;
    this.#dialect = dialect;
  }

  statements(): TranslatedStatement[] {
    const written: TranslatedStatement[] = [];
    for (const tokens of statementsOf(tokensOf(this.#file.text))) {
      this.#edits.length = 0;
      this.#statement(tokens);
      const [first, last] = [tokens[0], tokens.at(-1)];
      if (first === undefined || last === undefined) continue;
      written.push({
        text: this.#edited(first.at, last.at + last.text.length),
        line: lineOf(this.#file.text, first.at),
      });
    }
    return written;
  }

  #edited(from: number, to: number): string {
    let text = "";
    let at = from;
    for (const edit of this.#edits.sort((a, b) => a.from - b.from)) {
      text += this.#file.text.slice(at, edit.from) + edit.text;
      at = edit.to;
    }
    return text + this.#file.text.slice(at, to);
  }

  #refuse(token: Token | undefined, what: string): never {
    const { path, text } = this.#file;
    const line = lineOf(text, token?.at ?? text.length);
    const own = path.replace(/\.sql$/, "");
    throw new ValidationError(`${path}:${line}`, [
      {
        path: "",
        message: `${what}; what only one database knows goes into ${own}.postgres.sql and ${own}.sqlite.sql`,
      },
    ]);
  }

  #statement(tokens: Token[]): void {
    const [first, second, third] = tokens;
    if (isWord(first, "create") && isWord(second, "table")) return this.#createTable(tokens);
    const index = isWord(second, "index") || (isWord(second, "unique") && isWord(third, "index"));
    if (isWord(first, "create") && index) return this.#expression(tokens.slice(1));
    if (isWord(first, "drop") && isWord(second, "table", "index", "view")) return this.#expression(tokens.slice(1));
    if (isWord(first, "alter") && isWord(second, "table")) return this.#alterTable(tokens);
    if (isWord(first, "insert", "update", "delete")) return this.#expression(tokens.slice(1));
    if (isWord(first, "create") && isWord(second, "view")) return this.#expression(tokens.slice(1));
    this.#refuse(
      first,
      `"${[first, second]
        .map((token) => token?.text ?? "")
        .join(" ")
        .trim()}" is not in the subset for every database`,
    );
  }

  #createTable(tokens: Token[]): void {
    const open = tokens.findIndex((token) => isSign(token, "("));
    if (open < 0) this.#refuse(tokens[0], "a table without columns is not in the subset for every database");
    this.#expression(tokens.slice(1, open));
    const { parts, end } = this.#list(tokens, open);
    for (const part of parts) {
      if (isWord(part[0], "primary", "unique", "check", "foreign", "constraint")) this.#expression(part);
      else this.#column(part);
    }
    if (tokens[end + 1] !== undefined)
      this.#refuse(tokens[end + 1], "what stands behind a table's columns is not in the subset for every database");
  }

  /** What stands between brackets, cut at the commas. */
  #list(tokens: Token[], open: number): { parts: Token[][]; end: number } {
    const parts: Token[][] = [[]];
    let depth = 0;
    for (let at = open; at < tokens.length; at++) {
      const token = tokens[at] as Token;
      if (isSign(token, "(") && depth++ === 0) continue;
      if (isSign(token, ")") && --depth === 0) return { parts, end: at };
      if (isSign(token, ",") && depth === 1) parts.push([]);
      else parts.at(-1)?.push(token);
    }
    return this.#refuse(tokens[open], "a bracket is not closed");
  }

  #alterTable(tokens: Token[]): void {
    const at = tokens.findIndex((token) => isWord(token, "add", "drop", "rename"));
    if (at !== 3 && at !== 5)
      this.#refuse(
        tokens[0],
        "this change of a table is not in the subset for every database (add, drop and rename columns, rename the table)",
      );
    if (!isWord(tokens[at], "add")) return this.#expression(tokens.slice(1));
    const column = isWord(tokens[at + 1], "column") ? at + 2 : at + 1;
    if (isWord(tokens[column], "constraint", "primary", "foreign", "unique", "check")) {
      this.#refuse(tokens[column], "SQLite cannot add a constraint to a table that is there");
    }
    this.#column(tokens.slice(column));
  }

  #column([name, ...rest]: Token[]): void {
    if (name?.kind !== "word" && name?.kind !== "quoted") this.#refuse(name, "a column's name is missing");
    this.#name(name as Token);
    let at = rest.findIndex((token) => isWord(token, ...constraints));
    if (at < 0) at = rest.length;
    const type = rest.slice(0, at);
    const [from, last] = [type[0], type.at(-1)];
    if (from === undefined || last === undefined) this.#refuse(name, `the column ${name?.text} has no type`);
    const identity = identityOf(type, rest.slice(at));
    const end = rest.at(-1) as Token;
    if (identity === "yes") {
      const text =
        this.#dialect === "postgres"
          ? "bigint generated by default as identity primary key"
          : "integer primary key autoincrement";
      this.#edits.push({ from: (from as Token).at, to: end.at + end.text.length, text });
      return;
    }
    if (identity !== "no") this.#refuse(name, `the column ${name?.text} counts by itself: ${identity}`);
    const written = typeOf(type, this.#dialect);
    if (written === null) {
      this.#refuse(from, `the type ${type.map(({ text }) => text).join(" ")} is not in the subset for every database`);
    }
    this.#edits.push({
      from: (from as Token).at,
      to: (last as Token).at + (last as Token).text.length,
      text: written as string,
    });
    this.#expression(rest.slice(at));
  }

  #name(token: Token): void {
    if (token.text.startsWith("`")) this.#refuse(token, "backticks are MySQL's: write names in double quotes");
  }

  /** Everything else passes when it means the same everywhere. */
  #expression(tokens: readonly Token[]): void {
    for (const [i, token] of tokens.entries()) {
      const [before, next] = [tokens[i - 1], tokens[i + 1]];
      if (token.kind === "quoted") this.#name(token);
      if (token.kind === "parameter") this.#refuse(token, "a migration has no parameters");
      if (token.kind === "string" && !token.text.startsWith("'"))
        this.#refuse(token, `${token.text.slice(0, 12)} is a text of one database only`);
      if (token.kind === "sign" && refusedSigns.has(token.text))
        this.#refuse(token, `"${token.text}" is not in the subset for every database`);
      if (isWord(token, "current_timestamp")) this.#now(token, token);
      if (token.kind !== "word" || !isSign(next, "(")) continue;
      const word = token.text.toLowerCase();
      if (word === "now" && isSign(tokens[i + 2], ")")) this.#now(token, tokens[i + 2] as Token);
      const isTable = before !== undefined && before.kind === "word" && beforeTable.has(before.text.toLowerCase());
      if (!functions.has(word) && !beforeBracket.has(word) && !isTable) {
        this.#refuse(token, `the function ${token.text}() is not in the subset for every database`);
      }
    }
  }

  #now(first: Token, last: Token): void {
    const text = this.#dialect === "postgres" ? "current_timestamp" : sqliteNow;
    this.#edits.push({ from: first.at, to: last.at + last.text.length, text });
  }
}

/**
 * The statements of a migration as a database takes them. One that is written for the database is taken as it is.
 *
 * @throws ValidationError naming file and line: something in it is not in the subset that means the same everywhere
 */
export function translate(file: MigrationFile, dialect: Dialect): TranslatedStatement[] {
  if (file.dialect === null) return new Translator(file, dialect).statements();
  for (const statement of statementsOf(tokensOf(file.text))) {
    const [first, second] = statement;
    const controls =
      isWord(first, "commit", "rollback", "start") ||
      (isWord(first, "begin") && (second === undefined || isWord(second, "transaction", "immediate", "work")));
    if (!controls) continue;
    const line = lineOf(file.text, first?.at ?? 0);
    const message = "each migration is one transaction by itself: leave its beginning and its end to holdpoint";
    throw new ValidationError(`${file.path}:${line}`, [{ path: "", message }]);
  }
  return [{ text: file.text, line: 1 }];
}
