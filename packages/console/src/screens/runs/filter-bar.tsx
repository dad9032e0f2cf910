import { useQuery } from "@tanstack/react-query";
import { Columns3, X } from "lucide-react";
import { useRef } from "react";
import { api } from "../../data/api.ts";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { Select, TextInput } from "../../ui/field.tsx";
import { Menu } from "../../ui/menu.tsx";
import { useShortcut } from "../../ui/shortcuts.tsx";
import { copy } from "./copy.ts";
import { columnsOf, filtersOf, optionalColumns, type Pill, pills, type RunsSearch } from "./search.ts";

const words = copy.filters;

/** Status, filters and columns; all of it stands in the address. */
export function FilterBar({
  search,
  onSearch,
}: {
  search: RunsSearch;
  onSearch: (change: Record<string, unknown>) => void;
}) {
  const workflows = useQuery(api("workflows.list", {}));
  const first = useRef<HTMLSelectElement>(null);
  useShortcut({ id: "runs.filter", label: "Filter", group: copy.title, keys: "/" }, () => first.current?.focus());
  const shown = columnsOf(search);
  const names = workflows.data?.items.map(({ name }) => name) ?? [];
  const chosen = search.workflow;
  const toggle = (column: (typeof optionalColumns)[number]): void =>
    onSearch({
      columns: optionalColumns.filter((one) => (one === column ? !shown.includes(one) : shown.includes(one))).join("."),
    });
  return (
    <div className="grid gap-2 px-4 pb-2">
      <fieldset aria-label={copy.pillsLabel} className="flex flex-wrap gap-1.5">
        {(Object.keys(pills) as Pill[]).map((pill) => {
          const active = (search.show ?? "all") === pill;
          return (
            <button
              key={pill}
              type="button"
              aria-pressed={active}
              onClick={() => onSearch({ show: pill === "all" ? undefined : pill })}
              className={classNames(
                "h-7 rounded-full border px-3 text-sm",
                active
                  ? "border-accent bg-accent-soft font-medium text-accent-text"
                  : "border-line bg-surface text-muted hover:bg-hover hover:text-ink",
              )}
            >
              {copy.pills[pill]}
            </button>
          );
        })}
      </fieldset>
      <div className="flex flex-wrap items-center gap-2">
        <Select
          ref={first}
          aria-label={words.workflow}
          className="h-8! w-auto! max-w-52"
          value={chosen ?? ""}
          onChange={({ target }) => onSearch({ workflow: target.value || undefined })}
        >
          <option value="">{words.anyWorkflow}</option>
          {[...new Set(chosen === undefined ? names : [chosen, ...names])].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Select
          aria-label={words.hours}
          className="h-8! w-auto!"
          value={search.hours ?? ""}
          onChange={({ target }) => onSearch({ hours: target.value === "" ? undefined : Number(target.value) })}
        >
          <option value="">
            {words.hours} {words.anyTime}
          </option>
          {Object.entries(words.last).map(([hours, text]) => (
            <option key={hours} value={hours}>
              {words.hours} {text}
            </option>
          ))}
        </Select>
        {(["id", "attribute"] as const).map((name) => (
          <TextInput
            key={`${name} ${search[name] ?? ""}`}
            type="search"
            aria-label={words[name]}
            placeholder={words[name]}
            defaultValue={search[name] ?? ""}
            className="h-8! w-44!"
            onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
            onBlur={({ target }) =>
              target.value !== (search[name] ?? "") && onSearch({ [name]: target.value || undefined })
            }
          />
        ))}
        {Object.keys(filtersOf(search)).length > 0 && (
          <Button
            size="sm"
            look="quiet"
            icon={<X size={14} aria-hidden="true" />}
            onClick={() =>
              onSearch(Object.fromEntries(Object.keys(filtersOf(search)).map((name) => [name, undefined])))
            }
          >
            {words.clear}
          </Button>
        )}
        <span className="ml-auto max-sm:ml-0">
          <Menu
            items={optionalColumns.map((column) => ({
              label: `${copy.columns[column]}${shown.includes(column) ? " ✓" : ""}`,
              onSelect: () => toggle(column),
            }))}
            trigger={
              <Button size="sm" icon={<Columns3 size={14} aria-hidden="true" />}>
                {copy.columns.menu}
              </Button>
            }
          />
        </span>
      </div>
    </div>
  );
}
