/** Shows how far a long piece of work is. */
export interface Progress {
  show(done: number, of: number, note?: string): void;
  /** Ends the line, so that other text can follow. */
  end(): void;
}

const width = 28;

/** A bar that redraws itself on a terminal; elsewhere a plain line at each quarter of the way. */
export function openProgress(label: string, out: NodeJS.WriteStream = process.stdout): Progress {
  return out.isTTY ? bar(label, out) : lines(label, out);
}

function bar(label: string, out: NodeJS.WriteStream): Progress {
  let drawn = 0;
  let latest: string | null = null;
  const draw = (): void => {
    if (latest !== null) out.write(`\r${latest.slice(0, Math.max(20, (out.columns ?? 80) - 1))}\u001b[K`);
    drawn = performance.now();
  };
  return {
    show(done, of, note = "") {
      const filled = Math.round((width * done) / Math.max(1, of));
      latest = `${label} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${done}/${of}${note && `  ${note}`}`;
      if (performance.now() - drawn > 40 || done === of) draw();
    },
    end() {
      if (latest === null) return;
      draw();
      out.write("\n");
      latest = null;
    },
  };
}

function lines(label: string, out: NodeJS.WriteStream): Progress {
  let quarter = -1;
  return {
    show(done, of) {
      const reached = Math.floor((4 * done) / Math.max(1, of));
      if (reached <= quarter) return;
      quarter = reached;
      out.write(`${label} ${done}/${of}\n`);
    },
    end() {},
  };
}
