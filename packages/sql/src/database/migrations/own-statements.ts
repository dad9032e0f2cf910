import { ValidationError } from "@holdpoint/core";
import { isSign, isWord, statementsOf, type Token, tokensOf } from "../sql-text.ts";
import { lineOf } from "./edit.ts";
import type { MigrationFile } from "./folder.ts";

/** A statement as a database takes it, and the line it begins at. */
export interface TranslatedStatement {
  text: string;
  line: number;
  /** What it begins with: `create`. */
  verb: string;
}

function refuse(file: MigrationFile, token: Token | undefined, message: string): never {
  const line = lineOf(file.text, token?.at ?? 0);
  throw new ValidationError(`${file.path}:${line}`, [{ path: "", message }]);
}

function checkControl(file: MigrationFile, [first, second]: readonly Token[]): void {
  if (isWord(first, "delimiter")) {
    refuse(file, first, "delimiter is a word of MySQL's own client: a body ends with its end, and a semicolon");
  }
  const controls =
    isWord(first, "commit", "rollback", "start") ||
    (isWord(first, "begin") && (second === undefined || isWord(second, "transaction", "immediate", "work")));
  if (controls) {
    refuse(file, first, "each migration is one transaction by itself: leave its beginning and its end to holdpoint");
  }
}

const opening = ["begin", "case", "if", "loop", "while", "repeat"];

/** Whether the statement makes something that has statements inside of it. */
function hasBody(statement: readonly Token[]): boolean {
  return (
    isWord(statement[0], "create") &&
    statement.some((token) => isWord(token, "trigger", "procedure", "function", "event"))
  );
}

/** Whether a bracket has a comma in it: `if(a, b, c)` is a function, `if (a > b) then` is none. */
function hasComma(statement: readonly Token[], open: number): boolean {
  let depth = 0;
  for (let at = open; at < statement.length; at++) {
    if (isSign(statement[at], "(")) depth++;
    else if (isSign(statement[at], ")") && --depth === 0) return false;
    else if (isSign(statement[at], ",") && depth === 1) return true;
  }
  return false;
}

/** Whether a word that can open something does: not `if(a, b, c)`, `repeat('x', 3)`, nor `drop table if exists`. */
function opens(statement: readonly Token[], at: number): boolean {
  const [before, word, next] = [statement[at - 1], statement[at], statement[at + 1]];
  if (!isWord(word, ...opening)) return false;
  if (isWord(word, "repeat")) return !isSign(next, "(");
  if (!isWord(word, "if")) return true;
  if (isSign(next, "(")) return !hasComma(statement, at + 1);
  return !isWord(before, "table", "view", "index", "procedure", "function", "trigger", "event", "column", "database");
}

/** Whether the statement is inside of something that it has begun: between `begin` and its `end`, for one. */
function isOpen(statement: readonly Token[]): boolean {
  const from = statement.findIndex((token) => isWord(token, "begin"));
  if (!hasBody(statement) || from < 0) return false;
  let depth = 0;
  for (let at = from; at < statement.length; at++) {
    if (isWord(statement[at], "end")) {
      depth--;
      if (isWord(statement[at + 1], ...opening)) at++;
    } else if (opens(statement, at)) {
      depth++;
    }
  }
  return depth > 0;
}

/** Statements of a text for MySQL, one by one, because each may commit what came before it. */
function mysqlStatements(file: MigrationFile): TranslatedStatement[] {
  const statements: TranslatedStatement[] = [];
  let open: Token[] = [];
  for (const part of statementsOf(tokensOf(file.text, "mysql"))) {
    open = [...open, ...part];
    if (isOpen(open)) continue;
    const [first, last] = [open[0] as Token, open.at(-1) as Token];
    checkControl(file, open);
    statements.push({
      text: file.text.slice(first.at, last.at + last.text.length),
      line: lineOf(file.text, first.at),
      verb: first.text.toLowerCase(),
    });
    open = [];
  }
  if (open[0] !== undefined) refuse(file, open[0], "has a begin without its end");
  return statements;
}

/**
 * The statements of a file that is written for one database, as they are.
 *
 * @throws ValidationError naming file and line: it begins or ends a transaction by itself
 */
export function ownStatements(file: MigrationFile): TranslatedStatement[] {
  if (file.dialect === "mysql") return mysqlStatements(file);
  for (const statement of statementsOf(tokensOf(file.text))) checkControl(file, statement);
  return [{ text: file.text, line: 1, verb: "" }];
}
