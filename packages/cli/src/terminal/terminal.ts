import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Where a command writes, and what it knows about the screen. */
export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Everything that is not the result: progress, hints, errors. */
  err(text: string): void;
  /** Characters in a line; infinite where nobody looks. */
  readonly width: number;
  /** Whether results go to a screen. */
  readonly screen: boolean;
  /** Whether somebody is there to be asked. */
  readonly interactive: boolean;
  /** Whether messages on the error channel go to a screen, so that a line may be rewritten. */
  readonly errScreen: boolean;
  /** Colours text that goes to `out`, where colours are wanted (a screen, no NO_COLOR). */
  paint(style: Style, text: string): string;
  /** The same for `err`. */
  paintErr(style: Style, text: string): string;
}

/** The terminal of this process. `styleText` looks at the stream, NO_COLOR and FORCE_COLOR. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const painter =
    (stream: NodeJS.WriteStream) =>
    (style: Style, text: string): string =>
      styleText(style, text, { stream });
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    get width() {
      return stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
    },
    screen: stdout.isTTY === true,
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    errScreen: stderr.isTTY === true,
    paint: painter(stdout),
    paintErr: painter(stderr),
  };
}
