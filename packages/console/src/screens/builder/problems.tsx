import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { copy } from "./copy.ts";
import type { Builder } from "./use-builder.ts";

const words = copy.problems;

/** What is wrong and what is doubtful; each leads to its place. */
export function Problems({ builder, onJump }: { builder: Builder; onJump: () => void }) {
  const { remarks, checked, select } = builder;
  return (
    <section
      aria-label={words.title}
      className="max-h-40 overflow-y-auto border-t border-line bg-surface"
      aria-live="polite"
    >
      {remarks.length === 0 ? (
        <p className="flex items-center gap-2 px-4 py-2 text-sm text-muted">
          <CircleCheck size={15} className={checked ? "text-ok" : ""} aria-hidden="true" />
          {checked ? words.none : `${words.checking}…`}
        </p>
      ) : (
        <ul>
          {remarks.map(({ kind, message, where, path }) => (
            <li key={`${where} ${message}`} className="border-b border-line last:border-0">
              <button
                type="button"
                onClick={() => {
                  select(path);
                  onJump();
                }}
                className="flex w-full items-start gap-2 px-4 py-1.5 text-left text-sm hover:bg-hover"
              >
                <span className={kind === "problem" ? "mt-0.5 text-danger" : "mt-0.5 text-warn"}>
                  {kind === "problem" ? (
                    <CircleAlert size={15} aria-label={words.problem} />
                  ) : (
                    <TriangleAlert size={15} aria-label={words.warning} />
                  )}
                </span>
                <span className="min-w-0 grow wrap-anywhere">{message}</span>
                {where !== "" && (
                  <span className="max-w-[45%] font-mono text-xs leading-5 wrap-anywhere text-muted">{where}</span>
                )}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
