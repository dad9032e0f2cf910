import { JsonView } from "./json-view.tsx";
import { wordsOf } from "./words.ts";

/** Deeper than this a value is shown as JSON. */
const deepest = 3;
/** Longer than this a list is shown as JSON. */
const longest = 40;

/** Any value for reading: names and values, lists, text with its lines. Always text, whatever is in it. */
export function ValueView({ value, name = "value", depth = 0 }: { value: unknown; name?: string; depth?: number }) {
  if (value === null || value === undefined || value === "")
    return <span className="text-muted">{value === "" ? "empty" : "none"}</span>;
  if (typeof value === "boolean") return <span>{value ? "yes" : "no"}</span>;
  if (typeof value === "number")
    return <span>{Number.isInteger(value) && Math.abs(value) > 9999 ? value.toLocaleString() : value}</span>;
  if (typeof value === "string") return <Text value={value} name={name} />;
  const entries = Object.entries(value);
  if (depth >= deepest || entries.length > longest) return <JsonView value={value} name={name} />;
  if (Array.isArray(value))
    return (
      <ul className="grid gap-1.5">
        {value.map((one, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list's items have no other name
          <li key={n} className="border-l-2 border-line pl-2.5">
            <ValueView value={one} name={`${name}-${n}`} depth={depth + 1} />
          </li>
        ))}
      </ul>
    );
  return <Pairs entries={entries} depth={depth} />;
}

/** Side by side where there is room for it, one below the other where there is not: what counts is the room inside, not the window. */
const outer = {
  list: "@2xs:grid-cols-[fit-content(11rem)_minmax(0,1fr)] @lg:grid-cols-[11rem_minmax(0,1fr)]",
  value: "mb-1 @2xs:mb-0",
};
const inner = { list: "@3xs:grid-cols-[fit-content(9rem)_minmax(0,1fr)]", value: "mb-1 @3xs:mb-0" };

/** Names with their values. */
export function Pairs({ entries, depth = 0 }: { entries: readonly (readonly [string, unknown])[]; depth?: number }) {
  const { list, value: below } = depth === 0 ? outer : inner;
  return (
    <div className="@container">
      <dl className={`grid gap-x-4 gap-y-1.5 ${list}`}>
        {entries.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted wrap-anywhere">{wordsOf(name)}</dt>
            <dd className={`min-w-0 ${below}`}>
              <ValueView value={value} name={name} depth={depth + 1} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const Text = ({ value, name }: { value: string; name: string }) =>
  value.length > 64 * 1024 ? (
    <JsonView value={value} name={name} />
  ) : (
    <span className="wrap-anywhere whitespace-pre-wrap">{value}</span>
  );
