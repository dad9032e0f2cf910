/** A piece of SQL: a word, a number, a sign, or something quoted that is never looked into. */
export interface Token {
  readonly kind: "word" | "quoted" | "string" | "number" | "sign" | "parameter";
  readonly text: string;
  /** Where it begins in the text. */
  readonly at: number;
}

/** How texts, names and comments are written: as the standard says (SQLite and PostgreSQL), or as MySQL and MariaDB do. */
export type Grammar = "standard" | "mysql";
type Patterns = readonly [Token["kind"] | "space", RegExp][];

const alike: Patterns = [
  ["parameter", /\$\d+|\?\d*/y],
  ["word", /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ["number", /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
];

/** Each is tried where the one before ended. */
const patterns: Record<Grammar, Patterns> = {
  standard: [
    ["space", /\s+|--[^\n]*/y],
    ["string", /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|[xXbBnN]?'(?:[^']|'')*'/y],
    ["string", /\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$/y],
    ["quoted", /"(?:[^"]|"")*"|`(?:[^`]|``)*`/y],
    ...alike,
    ["sign", /::|\|\||<=|>=|<>|!=|->>|->|[\s\S]/y],
  ],
  mysql: [
    // Two dashes are a comment only before a space: `5--3` is 8.
    ["space", /\s+|#[^\n]*|--(?=\s|$)[^\n]*/y],
    ["string", /[xXbBnN]?'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"/y],
    ["quoted", /`(?:[^`]|``)*`/y],
    ...alike,
    ["sign", /\/\*M?!|\|\||:=|<=>|<=|>=|<>|!=|->>|->|[\s\S]/y],
  ],
};

/** What begins a comment that MySQL executes. */
export const executedComment = /^\/\*M?!/;

/** Behind a comment in slashes and stars, which PostgreSQL nests. */
function behindComment(sql: string, start: number, grammar: Grammar): number {
  if (grammar === "mysql") {
    const end = sql.indexOf("*/", start + 2);
    return end < 0 ? sql.length : end + 2;
  }
  let depth = 0;
  for (let at = start; at < sql.length; at++) {
    if (sql.startsWith("/*", at)) {
      depth++;
      at++;
    } else if (sql.startsWith("*/", at)) {
      at++;
      if (--depth === 0) return at + 1;
    }
  }
  return sql.length;
}

/** The tokens of a text; comments and white space are left out. */
export function tokensOf(sql: string, grammar: Grammar = "standard"): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const executed = grammar === "mysql" && executedComment.test(sql.slice(at, at + 4));
    if (sql.startsWith("/*", at) && !executed) {
      at = behindComment(sql, at, grammar);
      continue;
    }
    for (const [kind, pattern] of patterns[grammar]) {
      pattern.lastIndex = at;
      const [text] = pattern.exec(sql) ?? [];
      if (text === undefined || text === "") continue;
      if (kind !== "space") tokens.push({ kind, text, at });
      at += text.length;
      break;
    }
  }
  return tokens;
}

/** Whether a token is this word, in any case. */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === "word" && words.includes(token.text.toLowerCase());
}

export function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}

/** Statements of a text, each as its tokens; the semicolons between them are left out. */
export function statementsOf(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [[]];
  for (const token of tokens) {
    if (isSign(token, ";")) statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.filter((statement) => statement.length > 0);
}
