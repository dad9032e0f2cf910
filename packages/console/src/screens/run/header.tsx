import type { RouteOutput } from "@holdpoint/client";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useNow } from "../../data/time.ts";
import { Select } from "../../ui/field.tsx";
import { Moment } from "../../ui/moment.tsx";
import { RunStatus } from "../../ui/status.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { dollars } from "./agents/model-call.ts";
import { copy } from "./copy.ts";
import type { Totals } from "./journal/totals.ts";
import { lengthText } from "./timeline/lines.ts";

const words = copy.header;
type Run = RouteOutput<"runs.show">;

/** What a run is, where it stands, and what it took so far. */
export function Header({
  run,
  totals,
  actions,
  part,
  onPart,
}: {
  run: Run;
  totals: Totals;
  actions: ReactNode;
  part: number;
  onPart: (part: number | undefined) => void;
}) {
  const now = useNow();
  const took = (run.finishedAt === null ? now : Date.parse(run.finishedAt)) - Date.parse(run.createdAt);
  return (
    <header className="grid gap-2 border-b border-line bg-surface px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <nav aria-label={copy.back} className="flex min-w-0 items-center gap-1.5">
          <TextLink to="/runs" className="text-sm text-muted no-underline hover:underline">
            {copy.back}
          </TextLink>
          <ChevronRight size={14} aria-hidden="true" className="text-muted" />
        </nav>
        <h1 className="min-w-0 text-lg font-semibold wrap-anywhere">{run.workflow}</h1>
        <span className="text-sm text-muted">{words.version(run.version)}</span>
        <RunStatus value={statusOf(run)} />
        {run.phase === "compensating" && <RunStatus value="compensating" />}
        <div className="ml-auto flex flex-wrap gap-1.5 max-sm:ml-0">{actions}</div>
      </div>
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <Fact name={words.started}>
          <Moment at={run.createdAt} /> {run.createdBy !== null && words.by(run.createdBy)}
        </Fact>
        <Fact name={run.finishedAt === null ? words.since : words.took}>{lengthText(Math.max(0, took))}</Fact>
        <Fact name={words.human}>{lengthText(totals.human)}</Fact>
        <Fact name={words.machine}>{lengthText(totals.run)}</Fact>
        {run.attributes.aiCalls !== undefined && (
          <>
            <Fact name={words.cost}>{costOf(run.attributes)}</Fact>
            <Fact name={words.tokens}>{tokensOf(run.attributes)}</Fact>
          </>
        )}
        {run.progress && (
          <Fact name={words.progress}>
            {words.of(run.progress.done, run.progress.total)}{" "}
            <progress
              className="w-20 accent-accent"
              aria-label={words.progress}
              value={run.progress.done}
              max={run.progress.total}
            />
          </Fact>
        )}
        {run.forkedFrom && (
          <Fact name={words.forkedFrom}>
            <TextLink to="/runs/$run" params={{ run: run.forkedFrom.id }} className="wrap-anywhere">
              {run.forkedFrom.id}
            </TextLink>
          </Fact>
        )}
        {run.generation > 1 && (
          <Fact name={words.part}>
            <Select
              aria-label={words.part}
              className="h-6! w-auto!"
              value={part}
              onChange={({ target }) =>
                onPart(Number(target.value) === run.generation ? undefined : Number(target.value))
              }
            >
              {Array.from({ length: run.generation }, (_, n) => n + 1).map((one) => (
                <option key={one} value={one}>
                  {words.partOf(one, run.generation)}
                </option>
              ))}
            </Select>
          </Fact>
        )}
        <Fact name="Id">
          <code className="font-mono text-xs wrap-anywhere">{run.id}</code>
        </Fact>
      </dl>
    </header>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex min-w-0 items-baseline gap-1.5">
    <dt className="shrink-0 text-muted">{name}</dt>
    <dd className="min-w-0">{children}</dd>
  </div>
);

/** Where it stands, as people say it: parked for a person is a word of its own, and so is rejected. */
export function statusOf({ status, waiting, outcome }: Pick<Run, "status" | "waiting" | "outcome">): string {
  if (status === "parked" && (waiting === "hold" || waiting === "operator")) return "person";
  if (status === "completed" && outcome === "rejected") return "rejected";
  return status;
}

type Attributes = Run["attributes"];

/** What models took, as `@holdpoint/ai` keeps it in the run's attributes; a call without a known price makes it a lower bound. */
/** What its calls of models cost, in words. */
export function costOf({ aiCost, aiUnpricedCalls }: Attributes): string {
  if (typeof aiCost !== "number") return words.costUnknown;
  return typeof aiUnpricedCalls === "number" ? words.costPartly(dollars(aiCost)) : dollars(aiCost);
}

const tokensOf = ({ aiInputTokens, aiOutputTokens }: Attributes): string =>
  words.tokensOf(countOf(aiInputTokens), countOf(aiOutputTokens));
const countOf = (value: unknown): string => (typeof value === "number" ? value.toLocaleString() : "?");
