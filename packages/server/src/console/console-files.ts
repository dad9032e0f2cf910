import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { HoldpointError } from "@holdpoint/core";

/** One file as it is sent. */
export interface ConsoleFile {
  bytes: Buffer<ArrayBuffer>;
  type: string;
  /** Null where compressing gains nothing. */
  brotli: () => Promise<Buffer<ArrayBuffer>> | null;
  etag: string;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".ico": "image/x-icon",
};
const compress = promisify(brotliCompress);

/**
 * The files of a built console. What is there is listed once and read when it is first asked for, so a path in a request is looked up and
 * never opened.
 *
 * @throws HoldpointError CONSOLE_MISSING: there is no console in that directory
 */
export class ConsoleFiles {
  private readonly directory: string;
  private readonly names: ReadonlySet<string>;
  private readonly read = new Map<string, ConsoleFile>();

  constructor(directory: string) {
    this.directory = directory;
    this.names = new Set(listed(directory));
    if (!this.names.has("index.html"))
      throw new HoldpointError(
        "CONSOLE_MISSING",
        `console: ${directory} has no index.html: give the \`consoleDirectory\` of @holdpoint/console, built`,
        { directory },
      );
  }

  /** A file by its name, as `assets/main-4f2a.js`; null where there is none. */
  file(name: string): ConsoleFile | null {
    if (!this.names.has(name)) return null;
    const known = this.read.get(name);
    if (known) return known;
    const made = fileOf(readFileSync(join(this.directory, name)), types[extname(name)] ?? "application/octet-stream");
    this.read.set(name, made);
    return made;
  }
}

/** Bytes as a file that is compressed at most once. */
export function fileOf(bytes: Buffer<ArrayBuffer>, type: string): ConsoleFile {
  let made: Promise<Buffer<ArrayBuffer>> | null = null;
  const packed = /^(text|application|image\/svg)/.test(type) && bytes.length > 1024;
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  return {
    bytes,
    type,
    brotli: () => (packed ? (made ??= compress(bytes, options) as Promise<Buffer<ArrayBuffer>>) : null),
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
  };
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, "/").length))
      .map((name) => name.replaceAll("\\", "/"));
  } catch {
    return [];
  }
}
