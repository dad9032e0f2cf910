import { classNames } from "../../../ui/class-names.ts";
import { copy } from "../copy.ts";
import { StatePicture } from "../row-look.tsx";
import type { Drawing } from "./drawing.ts";

/** The graph in words: each node with its state and where it leads to. */
export function NodeTree({
  drawing,
  selected,
  onSelect,
}: {
  drawing: Drawing;
  selected: string | null;
  onSelect: (key: string) => void;
}) {
  const titles = new Map(drawing.nodes.map(({ id, title }) => [id, title]));
  return (
    <ul aria-label={copy.graph.tree} className="min-h-0 grow overflow-y-auto border-t border-line">
      {drawing.nodes.map(({ id, title, kind, shown, times, key }) => {
        const next = drawing.edges
          .filter(({ from }) => from === id)
          .map(({ to, label }) => `${titles.get(to) ?? to}${label === null ? "" : ` (${label})`}`);
        return (
          <li
            key={id}
            className={classNames("border-b border-line", key !== null && key === selected && "bg-accent-soft")}
          >
            <button
              type="button"
              disabled={key === null}
              onClick={() => key !== null && onSelect(key)}
              className="flex w-full flex-wrap items-center gap-x-2 px-4 py-2 text-left enabled:hover:bg-hover"
            >
              <StatePicture shown={shown} />
              <span className="font-medium wrap-anywhere">{title}</span>
              <span className="text-sm text-muted">
                {copy.kinds[kind] ?? kind}, {copy.states[shown]}
                {times > 1 && ` ${copy.graph.times(times)}`}
              </span>
              {next.length > 0 && <span className="text-sm text-muted wrap-anywhere">→ {next.join(", ")}</span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
