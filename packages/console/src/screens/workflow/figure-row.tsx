import { copy } from "./copy.ts";
import { humanShare, percentText, shortSpan, useFigures } from "./figures.ts";

const words = copy.figures;

/** How a workflow went in the last seven days. */
export function FigureRow({ workflow }: { workflow: string }) {
  const figures = useFigures(workflow).get(workflow);
  const { runs, holds } = figures ?? {};
  const p95 = shortSpan(runs?.latency?.p95);
  const shown = [
    [words.finished, String(runs?.finished ?? 0), null],
    [words.success, percentText(runs?.successRate), null],
    [words.latency, shortSpan(runs?.latency?.p50), p95 === null ? null : words.latencyNote(p95)],
    [words.human, percentText(figures ? humanShare(figures) : null), words.humanNote],
    [words.decide, shortSpan(holds?.timeToDecide?.p50), holds ? words.decided(holds.decided) : null],
  ] as const;
  return (
    <dl
      aria-label={words.label}
      className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3 lg:grid-cols-5"
    >
      {shown.map(([label, value, note]) => (
        <div
          key={label}
          className="grid content-start gap-0.5 bg-surface px-4 py-3 last:max-lg:col-span-full sm:last:max-lg:col-span-1"
        >
          <dt className="text-xs text-muted">{label}</dt>
          <dd className="text-lg font-semibold">{value ?? copy.none}</dd>
          {note !== null && value !== null && <dd className="text-xs text-muted">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
