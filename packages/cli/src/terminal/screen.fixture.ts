import { execFileSync } from "node:child_process";
import { program, shellEnvironment, waitFor } from "../project.fixture.ts";

/** A terminal of its own (tmux) with the command in it: what a person sees, and keys to press. */
export interface Screen {
  /** What stands on it, without colours. */
  read(): string;
  /** The same with its escape sequences. */
  readColoured(): string;
  /** Waits until this stands on it. */
  shows(text: string | RegExp): Promise<void>;
  /** Presses keys by tmux's names (`Enter`, `Up`, `C-c`), or types text. */
  press(...keys: string[]): void;
  close(): void;
}

let count = 0;

export function openScreen(
  args: readonly string[],
  options: { cwd: string; columns?: number; rows?: number; env?: Readonly<Record<string, string>> },
): Screen {
  const socket = `holdpoint-test-${process.pid}-${++count}`;
  const tmux = (...words: string[]): string =>
    execFileSync("tmux", ["-L", socket, ...words], { encoding: "utf8", env });
  const env = shellEnvironment({ TERM: "xterm-256color", LANG: "C.UTF-8", ...options.env });
  const command = [process.execPath, program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const { columns = 100, rows = 50 } = options;
  // The shell stays a while, so that the last screen can be read.
  const line = `${command}; echo "exit $?"; sleep 600`;
  tmux(
    "-u",
    "-f",
    "/dev/null",
    "new-session",
    "-d",
    "-x",
    String(columns),
    "-y",
    String(rows),
    "-c",
    options.cwd,
    line,
  );
  const read = (): string => tmux("capture-pane", "-p");
  return {
    read,
    readColoured: () => tmux("capture-pane", "-p", "-e"),
    shows: (text) => waitFor(read, text),
    press: (...keys) => void tmux("send-keys", ...keys),
    close() {
      try {
        tmux("kill-server");
      } catch {
        // It has ended by itself.
      }
    },
  };
}
