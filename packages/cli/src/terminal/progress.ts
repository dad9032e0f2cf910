import type { Terminal } from "./terminal.ts";
import { fitText } from "./text-width.ts";
import { shownDuration } from "./time.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/**
 * Shows that something is going on once it has taken a second: a line that moves on a screen, one plain line elsewhere.
 * `detail` is asked for what to add each time the line is drawn.
 */
export async function withProgress<T>(
  terminal: Terminal,
  label: string,
  work: Promise<T>,
  detail: () => string = () => "",
): Promise<T> {
  const began = performance.now();
  let frame = 0;
  let drawn = false;
  const draw = (): void => {
    const elapsed = performance.now() - began;
    if (elapsed < 1000) return;
    const more = detail();
    const text = `${label} · ${shownDuration(Math.floor(elapsed / 1000) * 1000)}${more && ` · ${more}`}`;
    if (terminal.errScreen) {
      const line = fitText(`${frames[frame++ % frames.length]} ${text}`, (process.stderr.columns || 80) - 1);
      process.stderr.write(`\r\u001b[2K${terminal.paintErr("dim", line)}`);
    } else if (!drawn) {
      terminal.err(`${label}…`);
    }
    drawn = true;
  };
  const timer = setInterval(draw, terminal.errScreen ? 100 : 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (drawn && terminal.errScreen) process.stderr.write("\r\u001b[2K");
  }
}
