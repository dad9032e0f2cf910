import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleX } from "lucide-react";
import { useEffect, useRef } from "react";
import { copy } from "./copy.ts";
import type { Results } from "./screen.tsx";

/** What became of each, refusals with their reason. */
export function Result({ results, titles }: { results: Results; titles: ReadonlyMap<string, string> }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const done = results.filter(({ error }) => error === null).length;
  return (
    <section className="grid gap-3">
      <h1 ref={heading} tabIndex={-1} className="text-lg font-semibold">
        {copy.result(done, results.length)}
      </h1>
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">
            <th scope="col" className="py-2 pr-3 font-medium">
              {copy.hold}
            </th>
            <th scope="col" className="py-2 font-medium">
              {copy.became}
            </th>
          </tr>
        </thead>
        <tbody>
          {results.map(({ id, hold, error }) => (
            <tr key={id} className="border-b border-line align-top">
              <td className="py-2 pr-3">
                <Link
                  to="/inbox/$hold"
                  params={{ hold: id }}
                  className="wrap-anywhere underline decoration-line-strong underline-offset-3"
                >
                  {hold?.title ?? titles.get(id) ?? id}
                </Link>
              </td>
              <td className="py-2">
                <span className={`flex items-start gap-1.5 ${error ? "text-danger" : "text-ok"}`}>
                  {error ? (
                    <CircleX size={15} aria-hidden="true" className="mt-0.5 shrink-0" />
                  ) : (
                    <CircleCheck size={15} aria-hidden="true" className="mt-0.5 shrink-0" />
                  )}
                  {error ? `${copy.refused}: ${error.detail}` : hold?.status === "open" ? copy.waiting : copy.recorded}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
