// What a package's door gives out, and what is written above each of it. Reads the sources as text, as Biome formats them:
// declarations begin a line, members are indented by two spaces.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * @typedef {object} PublicSymbol
 * @property {string} name
 * @property {string} file
 * @property {number} line from 1
 * @property {string} comment the text of its doc comment; empty when it has none
 * @property {Member[]} members of an interface or class
 *
 * @typedef {{ name: string, line: number, comment: string }} Member
 */

/** @returns {PublicSymbol[]} sorted by name */
export function publicSymbols(root, door) {
  /** @type {Map<string, PublicSymbol>} */
  const found = new Map();
  for (const { file, name } of exportsOf(root, resolve(root, door))) {
    const symbol = declarationOf(root, file, name);
    if (symbol) found.set(name, symbol);
    else throw new Error(`${door} gives out "${name}", which is not to be found in ${file}`);
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

const declaration =
  /^export (?:declare |abstract |async |default )*(?:function\*?|class|const|let|interface|type|enum) (\w+)/;
const reexport = /^export (?:type )?\{([^}]*)\} from "([^"]+)"/gm;
/** The beginnings of lines that one of these reads. */
const readable = new RegExp(`${declaration.source}|^export (?:type )?\\{|^export (?:type )?\\* from`);
const everything = /^export (?:type )?\* from "([^"]+)"/gm;

/** Every name a file gives out, with the file that it was asked of. */
function exportsOf(root, file) {
  const text = readFileSync(file, "utf8");
  const unread = text.split("\n").find((line) => line.startsWith("export ") && !readable.test(line));
  if (unread) throw new Error(`${file}: this way of giving something out is not read here: ${unread}`);
  const names = text.split("\n").flatMap((line) => declaration.exec(line)?.[1] ?? []);
  const found = names.map((name) => ({ file, name }));
  for (const [, list, from] of text.matchAll(reexport)) {
    const source = locate(root, file, from);
    if (source) found.push(...namesIn(list).map(({ original }) => ({ file: source, name: original })));
  }
  for (const [, from] of text.matchAll(everything)) {
    const source = locate(root, file, from);
    if (source) found.push(...exportsOf(root, source));
  }
  return found;
}

function namesIn(list) {
  const names = list.split(",").map((one) => one.trim().replace(/^type /, ""));
  return names.filter(Boolean).map((one) => {
    const [original, given = original] = one.split(" as ");
    return { original, given };
  });
}

/** The source behind an import; undefined for what is not ours. */
function locate(root, file, from) {
  if (from.startsWith(".")) return resolve(dirname(file), from);
  const [, room, part = "index"] = /^@holdpoint\/([a-z]+)(?:\/([a-z]+))?$/.exec(from) ?? [];
  const paths = [`packages/${room}/src/${part}.ts`, `packages/${room}/src/${part}/index.ts`];
  return room && paths.map((path) => join(root, path)).find((path) => existsSync(path));
}

/** @returns {PublicSymbol | undefined} */
function declarationOf(root, file, name) {
  const lines = readFileSync(file, "utf8").split("\n");
  const at = lines.findIndex((line) => declaration.exec(line)?.[1] === name);
  if (at >= 0) return { name, file, line: at + 1, comment: commentAbove(lines, at), members: membersOf(lines, at) };
  const text = lines.join("\n");
  for (const [, list, from] of text.matchAll(reexport)) {
    const one = namesIn(list).find(({ given }) => given === name);
    const source = one && locate(root, file, from);
    if (source) return declarationOf(root, source, one.original);
  }
  for (const [, from] of text.matchAll(everything)) {
    const source = locate(root, file, from);
    const symbol = source && declarationOf(root, source, name);
    if (symbol) return symbol;
  }
  return undefined;
}

/** The doc comment that ends on the line above `at`, without its stars. */
export function commentAbove(lines, at) {
  let end = at - 1;
  while (/^\s*\/\//.test(lines[end] ?? "")) end--;
  if (!/\*\/\s*$/.test(lines[end] ?? "")) return "";
  let begin = end;
  while (begin >= 0 && !/^\s*\/\*\*/.test(lines[begin])) begin--;
  const text = lines.slice(begin, end + 1).join("\n");
  return text.replaceAll(/^\s*\/?\*+ ?|\s*\*+\/$/gm, "").trim();
}

const member = /^ {2}(?:readonly |static |async |get |abstract )*(\w+)[?!]?(?:<.*)?[(:<]/;
/** Not to be seen from outside, or documented where it is overridden from. */
const hidden = /^ {2}(?:private|protected|constructor|set|override|async override|override async)\b|^ {2}#/;

function membersOf(lines, at) {
  if (!/^export (?:abstract )?(?:class|interface) .*\{$/.test(lines[at])) return [];
  const members = [];
  for (let line = at + 1; lines[line] !== "}"; line++) {
    const name = hidden.test(lines[line]) ? undefined : member.exec(lines[line])?.[1];
    if (name) members.push({ name, line: line + 1, comment: commentAbove(lines, line) });
  }
  return members;
}
