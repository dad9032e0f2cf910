import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { copy } from "./copy.ts";
import { bucketText } from "./figures.ts";

/** One line or bar of a chart. */
export interface Series {
  label: string;
  /** A colour of the design: `--hp-ok`. */
  color: string;
  values: readonly (number | null)[];
}

/** A small chart over time, drawn on a canvas, and the same figures as a table for whoever cannot see it or wants the numbers. */
export function Chart({
  title,
  from,
  bucketMs,
  series,
  text,
  bars = false,
}: {
  title: string;
  /** When each bucket begins, in ms. */
  from: readonly number[];
  bucketMs: number;
  series: readonly Series[];
  text: (value: number | null) => string;
  bars?: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useThemeName();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew when the theme is another
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const plot = new uPlot(
      optionsOf({ width: element.clientWidth, series, text, bars }),
      [from.map((at) => at / 1000), ...(bars ? stacked(series) : series.map(({ values }) => [...values]))],
      element,
    );
    const watcher = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      plot.destroy();
    };
  }, [from, series, text, bars, theme]);
  return (
    <figure className="grid min-w-0 content-start gap-2 rounded-lg border border-line bg-surface p-4">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <span className="font-medium">{title}</span>
        <span className="flex flex-wrap gap-x-3 text-xs text-muted">
          {series.map(({ label, color }) => (
            <span key={label} className="inline-flex items-center gap-1.5">
              <span aria-hidden="true" className="size-2 rounded-full" style={{ background: `var(${color})` }} />
              {label}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={box} aria-hidden="true" className="min-w-0 overflow-hidden" />
      <details>
        <summary className="text-xs text-muted">
          {copy.table}
          <span className="sr-only">: {title}</span>
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <section tabIndex={0} aria-label={`${title}, ${copy.table}`} className="mt-2 max-h-56 overflow-auto">
          <table className="w-full text-left text-xs">
            <thead>
              <tr className="border-b border-line text-muted">
                <th scope="col" className="py-1 pr-3 font-medium">
                  {copy.from}
                </th>
                {series.map(({ label }) => (
                  <th key={label} scope="col" className="py-1 pr-3 text-right font-medium">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {from.map((at, n) => (
                <tr key={at} className="border-b border-line">
                  <th scope="row" className="py-1 pr-3 font-normal whitespace-nowrap">
                    {bucketText(at, bucketMs)}
                  </th>
                  {series.map(({ label, values }) => (
                    <td key={label} className="py-1 pr-3 text-right">
                      {text(values[n] ?? null)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}

const height = 150;

/** Bars on top of each other: each is drawn as high as itself and all after it, which then cover its lower part. */
const stacked = (series: readonly Series[]): number[][] =>
  series.map(({ values }, first) =>
    values.map((_, n) => series.slice(first).reduce((sum, one) => sum + (one.values[n] ?? 0), 0)),
  );

function optionsOf({
  width,
  series,
  text,
  bars,
}: {
  width: number;
  series: readonly Series[];
  text: (value: number | null) => string;
  bars: boolean;
}): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const color = (name: string): string => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--hp-muted"),
    font: "11px Inter Variable, sans-serif",
    grid: { stroke: color("--hp-line"), width: 1 },
    ticks: { show: false },
  };
  const paths = bars ? uPlot.paths.bars?.({ size: [0.7, 40] }) : undefined;
  const drawn = paths ? { paths } : { width: 2 };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, grid: { show: false } },
      { ...axis, size: 64, splits: splitsOf(bars), values: (_, values) => values.map((value) => text(value)) },
    ],
    series: [
      {},
      ...series.map(({ label, color: name }) => ({
        label,
        stroke: color(name),
        ...(bars ? { fill: color(name) } : {}),
        points: { show: !bars, size: 5 },
        ...drawn,
      })),
    ],
  };
}

/** Counts have no halves. */
const splitsOf = (whole: boolean) => (_: uPlot, __: number, least: number, most: number) => {
  const step = Math.max((most - least) / 3, whole ? 1 : 0);
  const rounded = whole ? Math.ceil(step) : step;
  return [0, 1, 2, 3].map((n) => n * rounded).filter((value) => value <= most);
};

/** The theme's name; another one when somebody chooses another. */
function useThemeName(): string {
  const [name, setName] = useState(themeName);
  useEffect(() => {
    const watcher = new MutationObserver(() => setName(themeName()));
    watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => watcher.disconnect();
  }, []);
  return name;
}

const themeName = (): string => document.documentElement.dataset.theme ?? "";
