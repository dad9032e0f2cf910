import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a traced process did to files, or said, in the order in which the kernel saw it. */
export type TraceEvent =
  | { type: "write"; path: string; offset: number; bytes: Buffer }
  | { type: "truncate"; path: string; size: number }
  | { type: "unlink"; path: string }
  | { type: "sync"; path: string }
  /** Written to the standard output. */
  | { type: "said"; text: string };

/** Every call that could change a file or its durability: one that `readTrace` does not know must not go unseen. */
const calls = [
  ...[
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "pwritev2",
    "sendfile",
    "copy_file_range",
    "fallocate",
    "mmap",
    "msync",
  ],
  ...["truncate", "ftruncate", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat"],
  ...["fsync", "fdatasync", "sync", "syncfs", "sync_file_range"],
];

/** The command that traces what comes after it into `file`. */
export function tracing(file: string): string[] {
  // -y: paths instead of numbers; -xx and -s: all bytes, as hexadecimal.
  return [
    "strace",
    "-f",
    "-y",
    "-xx",
    "-s",
    "10000000",
    "-o",
    file,
    "-e",
    `trace=${calls.join(",")}`,
    "-e",
    "signal=none",
    "--",
  ];
}

/** Why nothing can be traced here; null when it can. */
export function cannotTrace(): string | null {
  const { error, status, stderr } = spawnSync("strace", ["-o", "/dev/null", "true"], { encoding: "utf8" });
  if (error) return "strace is not installed: apt-get install strace";
  return status === 0 ? null : `strace may not trace here: ${stderr.trim()}`;
}

const text = (hex: string): Buffer => Buffer.from(hex.replaceAll("\\x", ""), "hex");

/** What happened to the files below `directory`, and what was said, out of a trace made by `tracing`. */
export function readTrace(file: string, directory: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  const unfinished = new Map<string, string>();
  for (const line of readFileSync(file, "latin1").split("\n")) {
    const thread = /^\d+/.exec(line)?.[0] ?? "";
    let call = line.slice(thread.length).trimStart();
    if (call.startsWith("+++") || call === "") continue;
    if (call.endsWith(" <unfinished ...>")) {
      unfinished.set(thread, call.slice(0, -" <unfinished ...>".length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(call);
    if (resumed) call = (unfinished.get(thread) ?? "") + call.slice(resumed[0].length);
    const event = read(call, directory);
    if (event !== null) events.push(event);
  }
  return events;
}

/** One call, when it succeeded and is about what matters. */
function read(call: string, directory: string): TraceEvent | null {
  // A short line is padded. The process may end within a call, whose result is then "?".
  const result = /\)\s+= (-?\d+|0x[0-9a-f]+|\?)[^)"]*(\([^)]*\))?$/.exec(call);
  if (result === null) throw new Error(`what does this mean: ${call.slice(0, 100)}…${call.slice(-50)}`);
  if (result[1] === "?" || result[1]?.startsWith("-")) return null;
  const name = call.slice(0, call.indexOf("("));
  const on = /^\w+\((\d+)<([^>]*)>/.exec(call);
  const path = on === null ? "" : text(on[2] ?? "").toString();
  if (name === "write" && on?.[1] === "1") return { type: "said", text: text(quoted(call)).toString() };
  if (name === "unlink") {
    const gone = text(quoted(call)).toString();
    return gone.startsWith(directory) ? { type: "unlink", path: gone } : null;
  }
  // Shared memory between processes; SQLite makes it anew after a power cut.
  if (call.includes(hex("-shm"))) return null;
  if (!path.startsWith(directory)) {
    if (call.includes(hex(directory))) throw new Error(`not expected on these files: ${name}`);
    return null;
  }
  switch (name) {
    case "pwrite64":
      return { type: "write", path, offset: lastNumber(call), bytes: whole(call, result) };
    case "ftruncate":
      return { type: "truncate", path, size: lastNumber(call) };
    case "fsync":
    case "fdatasync":
      return { type: "sync", path };
    default:
      throw new Error(`not expected on ${path}: ${name}`);
  }
}

const hex = (path: string): string =>
  [...Buffer.from(path)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");

function quoted(call: string): string {
  return call.slice(call.indexOf('"') + 1, call.lastIndexOf('"'));
}

function whole(call: string, result: RegExpExecArray): Buffer {
  const bytes = text(quoted(call));
  if (bytes.length !== Number(result[1])) throw new Error(`${result[1]} of ${bytes.length} bytes were written`);
  return bytes;
}

/** The last argument. */
function lastNumber(call: string): number {
  return Number(/, (\d+)\)\s+= [^=]*$/.exec(call)?.[1]);
}
