import type { Terminal } from "./terminal.ts";
import { fitText, textWidth } from "./text-width.ts";

export interface Column<Row> {
  title: string;
  /** Uncoloured, on one line. */
  text: (row: Row) => string;
  paint?: (row: Row) => Parameters<Terminal["paint"]>[0] | null;
  align?: "right";
  /** Gives up width first when the screen is narrow; the lower the earlier. Columns without it keep theirs. */
  shrinks?: number;
  /** Narrowest it may become. Default 8. */
  least?: number;
  /** Is left out where the screen is too narrow for all columns at their narrowest; the lower the earlier. */
  drops?: number;
}

const gap = "  ";

/** Rows under their titles, in columns as wide as their content and no wider than the screen. */
export function renderTable<Row>(
  terminal: Pick<Terminal, "width" | "paint">,
  all: readonly Column<Row>[],
  rows: readonly Row[],
): string[] {
  const measured = all.map((column) => {
    const texts = rows.map((row) => column.text(row));
    const wanted = texts.reduce((most, text) => Math.max(most, textWidth(text)), textWidth(column.title));
    const shrinks = column.shrinks ?? null;
    const least = shrinks === null ? wanted : Math.min(wanted, column.least ?? 8);
    return { column, texts, wanted, least, shrinks, drops: column.drops ?? null };
  });
  const kept = columnsThatFit(measured, terminal.width);
  const columns = kept.map(({ column }) => column);
  const cells = rows.map((_row, r) => kept.map(({ texts }) => texts[r] as string));
  const widths = columnWidths(kept, terminal.width);
  const line = (texts: readonly string[], paint: (text: string, i: number) => string): string =>
    texts
      .map((text, i) => {
        const width = widths[i] as number;
        const shown = fitText(text, width);
        const space = " ".repeat(Math.max(0, width - textWidth(shown)));
        const painted = paint(shown, i);
        if (columns[i]?.align === "right") return `${space}${painted}`;
        return i === columns.length - 1 ? painted : `${painted}${space}`;
      })
      .join(gap)
      .trimEnd();
  return [
    line(
      columns.map((column) => column.title),
      (text) => terminal.paint("dim", text),
    ),
    ...rows.map((row, r) =>
      line(cells[r] as string[], (text, i) => {
        const style = columns[i]?.paint?.(row);
        return style ? terminal.paint(style, text) : text;
      }),
    ),
  ];
}

/** Leaves out columns, those that drop first before the others, until the rest fits at its narrowest. */
function columnsThatFit<T extends { least: number; drops: number | null }>(
  columns: readonly T[],
  available: number,
): T[] {
  const kept = [...columns];
  const narrowest = (): number => kept.reduce((sum, { least }) => sum + least, gap.length * (kept.length - 1));
  while (narrowest() > available) {
    const droppable = kept.filter(({ drops }) => drops !== null).sort((a, b) => (a.drops ?? 0) - (b.drops ?? 0));
    const [first] = droppable;
    if (!first) break;
    kept.splice(kept.indexOf(first), 1);
  }
  return kept;
}

/** Takes what is too much from the columns that shrink, the widest of the first-to-shrink first. */
export function columnWidths(
  columns: readonly { wanted: number; least: number; shrinks: number | null }[],
  available: number,
): number[] {
  const widths = columns.map((column) => column.wanted);
  let over = widths.reduce((sum, width) => sum + width, gap.length * (columns.length - 1)) - available;
  const ranks = [...new Set(columns.flatMap((column) => column.shrinks ?? []))].sort((a, b) => a - b);
  for (const rank of ranks) {
    while (over > 0) {
      const candidates = columns
        .map((column, i) => ({ i, spare: (widths[i] as number) - column.least, rank: column.shrinks }))
        .filter((one) => one.rank === rank && one.spare > 0)
        .sort((a, b) => b.spare - a.spare);
      const [first] = candidates;
      if (!first) break;
      widths[first.i] = (widths[first.i] as number) - 1;
      over--;
    }
  }
  return widths;
}
