import { useDeferredValue, useMemo, useState } from "react";
import { momentText } from "../../../data/time.ts";
import { classNames } from "../../../ui/class-names.ts";
import { TextInput } from "../../../ui/field.tsx";
import { Empty, Loading } from "../../../ui/states.tsx";
import { VirtualList } from "../../../ui/virtual-list.tsx";
import { copy } from "../copy.ts";
import type { JournalState } from "../journal/journal-feed.ts";
import type { RunEvent } from "../journal/row.ts";
import { lengthText } from "../timeline/lines.ts";

const words = copy.events;

/** The journal as it stands, event by event. */
export function EventsTab({
  journal,
  selected,
  onSelect,
}: {
  journal: JournalState;
  selected: string | null;
  onSelect: (key: string) => void;
}) {
  const { book, revision, loaded } = journal;
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim().toLowerCase());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the book is one object; its revision says that it has changed
  const events = useMemo(
    () => (wanted === "" ? [...book.events] : book.events.filter((event) => textOf(event).includes(wanted))),
    [book, revision, wanted],
  );
  const began = Date.parse(book.events[0]?.at ?? "");
  if (book.events.length === 0) return loaded ? <Empty title={words.empty} /> : <Loading />;
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="flex flex-wrap items-center gap-3 px-4 py-2">
        <TextInput
          type="search"
          value={text}
          placeholder={words.filter}
          aria-label={words.filter}
          onChange={({ target }) => setText(target.value)}
          className="h-8 max-w-72"
        />
        <span className="text-sm text-muted" role="status">
          {words.count(events.length, book.events.length)}
        </span>
      </div>
      {events.length === 0 ? (
        <Empty title={words.none} />
      ) : (
        <VirtualList
          label={words.label}
          items={events}
          itemKey={({ id }) => id}
          estimate={33}
          render={(event) => (
            <button
              type="button"
              onClick={() => onSelect(event.key)}
              className={classNames(
                "grid w-full grid-cols-[3.5rem_minmax(0,1fr)] items-baseline gap-x-3 border-b border-line px-4 py-1.5 text-left text-sm hover:bg-hover md:grid-cols-[3.5rem_9rem_minmax(0,16rem)_minmax(0,1fr)_6rem]",
                event.key === selected && "bg-accent-soft",
              )}
            >
              <span className="text-right text-xs text-muted">#{event.seq}</span>
              <span className={classNames("truncate font-mono text-xs", event.outcome === "error" && "text-danger")}>
                {event.type}
              </span>
              <span className="truncate max-md:col-start-2">{event.key}</span>
              <span className="truncate font-mono text-xs text-muted max-md:hidden">{brief(event)}</span>
              <span
                className="text-right text-xs whitespace-nowrap text-muted max-md:hidden"
                title={momentText(event.at)}
              >
                +{lengthText(Math.max(0, Date.parse(event.at) - began))}
              </span>
            </button>
          )}
        />
      )}
    </div>
  );
}

const brief = ({ value }: RunEvent): string => (value === undefined ? "" : (JSON.stringify(value) ?? "").slice(0, 200));
const textOf = (event: RunEvent): string =>
  `${event.type} ${event.key} ${event.by ?? ""} ${brief(event)}`.toLowerCase();
