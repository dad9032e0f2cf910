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

/** Names with their values. */
export const Pairs = ({ entries, depth = 0 }: { entries: readonly (readonly [string, unknown])[]; depth?: number }) => (
  <dl
    className={`grid gap-x-4 gap-y-1.5 ${depth === 0 ? "sm:grid-cols-[minmax(6rem,11rem)_1fr]" : "sm:grid-cols-[minmax(4rem,9rem)_1fr]"}`}
  >
    {entries.map(([name, value]) => (
      <div key={name} className="contents">
        <dt className="text-muted wrap-anywhere">{wordsOf(name)}</dt>
        <dd className="min-w-0 max-sm:mb-1">
          <ValueView value={value} name={name} depth={depth + 1} />
        </dd>
      </div>
    ))}
  </dl>
);

const Text = ({ value, name }: { value: string; name: string }) =>
  value.length > 64 * 1024 ? (
    <JsonView value={value} name={name} />
  ) : (
    <span className="wrap-anywhere whitespace-pre-wrap">{value}</span>
  );
