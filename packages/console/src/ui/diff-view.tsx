import { useMemo } from "react";
import { type Change, changesBetween } from "./changes.ts";

/** What differs between two values, place by place. */
export function DiffView({
  before,
  after,
  labels = ["Before", "After"],
}: {
  before: unknown;
  after: unknown;
  labels?: readonly [string, string];
}) {
  const changes = useMemo(() => changesBetween(before, after), [before, after]);
  if (changes.length === 0) return <p className="text-muted">No difference.</p>;
  return (
    <table className="w-full border-collapse text-sm">
      <thead>
        <tr className="border-b border-line text-left text-xs text-muted">
          <th scope="col" className="py-1 pr-3 font-medium">
            Field
          </th>
          <th scope="col" className="py-1 pr-3 font-medium">
            {labels[0]}
          </th>
          <th scope="col" className="py-1 font-medium">
            {labels[1]}
          </th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.path} className="border-b border-line align-top last:border-0">
            <th scope="row" className="py-1.5 pr-3 text-left font-mono text-xs font-normal wrap-anywhere">
              {change.path || "value"}
            </th>
            <td className="py-1.5 pr-3 wrap-anywhere">
              {change.before !== undefined && (
                <del className="rounded-sm bg-danger-soft px-1 text-danger no-underline before:content-['−_']">
                  {shown(change.before)}
                </del>
              )}
            </td>
            <td className="py-1.5 wrap-anywhere">
              {change.after !== undefined && (
                <ins className="rounded-sm bg-ok-soft px-1 text-ok no-underline before:content-['+_']">
                  {shown(change.after)}
                </ins>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shown = (value: Change["before"]): string => (typeof value === "string" ? value : JSON.stringify(value));
