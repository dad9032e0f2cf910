import type { RouteOutput } from "@holdpoint/client";
import { useMutation } from "@tanstack/react-query";
import { GitBranch, TriangleAlert } from "lucide-react";
import { call } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { useMay } from "../../data/session.tsx";
import { Button } from "../../ui/button.tsx";
import { useToast } from "../../ui/toast.tsx";
import type { ForkPoint } from "./actions/fork-dialog.tsx";
import { copy } from "./copy.ts";
import { differenceOf } from "./difference.ts";

const words = copy.diverged;

/** Why code and record disagree, shown side by side, and the ways out. */
export function Diverged({ run, onFork }: { run: RouteOutput<"runs.show">; onFork: (from: ForkPoint) => void }) {
  const may = useMay("runs:control");
  const toast = useToast();
  const retry = useMutation({
    mutationFn: () => call("runs.retry", { run: run.id }),
    onError: (error) => void toast.show({ tone: "danger", text: problemText(error).detail }),
  });
  const difference = run.note === null ? null : differenceOf(run.note);
  return (
    <section aria-label={words.title} className="grid gap-3 border-b border-line bg-danger-soft px-4 py-3">
      <h2 className="flex items-center gap-2 font-semibold text-danger">
        <GitBranch size={16} aria-hidden="true" /> {words.title}
      </h2>
      <p className="max-w-prose text-sm">{words.why}</p>
      {difference ? (
        <dl className="grid max-w-3xl gap-2 text-sm sm:grid-cols-2">
          <Side
            name={`${words.after(difference.after)}: ${words.recorded.toLowerCase()}`}
            value={difference.recorded ?? words.nothing}
          />
          <Side name={words.asked} value={difference.asked} />
        </dl>
      ) : (
        <p className="text-sm wrap-anywhere">{run.note}</p>
      )}
      <div className="text-sm">
        <h3 className="font-medium">{words.ways}</h3>
        <ul className="list-disc pl-5">
          <li>{words.deploy(run.version)}</li>
          <li>{words.patch}</li>
          <li>{words.fork}</li>
        </ul>
      </div>
      {may && (
        <div className="flex flex-wrap gap-2">
          <Button size="sm" busy={retry.isPending} onClick={() => retry.mutate()}>
            {words.retry}
          </Button>
          <Button size="sm" onClick={() => onFork(difference?.after ?? 0)}>
            {words.forkDo}
          </Button>
        </div>
      )}
    </section>
  );
}

const Side = ({ name, value }: { name: string; value: string }) => (
  <div className="rounded-md border border-line bg-surface px-3 py-2">
    <dt className="text-xs text-muted">{name}</dt>
    <dd className="font-mono text-xs wrap-anywhere">{value}</dd>
  </div>
);

/** Why a run failed or was cancelled, in a line. */
export const FailedNote = ({ status, note }: { status: string; note: string }) => (
  <p className="flex items-start gap-2 border-b border-line bg-danger-soft px-4 py-2 text-sm text-danger">
    <TriangleAlert size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
    <span className="min-w-0 wrap-anywhere">
      {status === "failed" && <span className="font-medium">{copy.failed}: </span>}
      {note}
    </span>
  </p>
);
