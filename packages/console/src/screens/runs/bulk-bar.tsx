import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { apiKey } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { useMay } from "../../data/session.tsx";
import { useIsStale } from "../../shell/live-banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Checkbox, Field, TextInput } from "../../ui/field.tsx";
import { type BulkAction, type BulkResult, doToFilter, doToRuns } from "./bulk.ts";
import { copy } from "./copy.ts";
import type { Run } from "./use-runs.ts";

const words = copy.bulk;

/** What can be done to the selected runs. */
export function BulkBar({
  count,
  onAction,
  onNone,
}: {
  count: number;
  onAction: (action: BulkAction) => void;
  onNone: () => void;
}) {
  const mayControl = useMay("runs:control");
  const mayStart = useMay("runs:start");
  const stale = useIsStale();
  const actions: BulkAction[] = [
    ...(mayControl ? (["cancel", "retry"] as const) : []),
    ...(mayStart ? (["rerun"] as const) : []),
  ];
  return (
    <section
      aria-label={words.selected(count)}
      className="flex flex-wrap items-center gap-2 border-y border-line bg-accent-soft px-4 py-1.5"
    >
      <span className="font-medium text-accent-text">{words.selected(count)}</span>
      {actions.map((action) => (
        <Button
          key={action}
          size="sm"
          look={action === "cancel" ? "danger" : "plain"}
          disabled={stale}
          onClick={() => onAction(action)}
        >
          {words.actions[action]}
        </Button>
      ))}
      <Button size="sm" look="quiet" onClick={onNone}>
        {words.none}
      </Button>
    </section>
  );
}

/**
 * Asks, does it to the runs as they were selected, or to all that fit, and says what became of each. The list behind goes on meanwhile: a
 * run that leaves it changes neither what is asked nor what is said.
 */
export function BulkDialog({
  runs,
  filter,
  mayFitAll,
  action,
  onClose,
  onDone,
}: {
  runs: readonly Run[];
  filter: Parameters<typeof doToFilter>[1];
  /** There are conditions: without one nothing is done to "all". */
  mayFitAll: boolean;
  action: BulkAction;
  onClose: () => void;
  onDone: () => void;
}) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [all, setAll] = useState(false);
  const act = useMutation({
    mutationFn: (): Promise<BulkResult> =>
      all && action !== "rerun" ? doToFilter(action, filter, reason) : doToRuns(action, runs, reason),
    onSuccess: () => queries.invalidateQueries({ queryKey: apiKey("runs.list") }),
  });
  const title = words.ask[action](all ? words.everyRun : words.runs(runs.length));
  if (act.data)
    return (
      <Dialog
        open
        title={words.result}
        onClose={onDone}
        actions={
          <Button look="primary" onClick={onDone}>
            {words.close}
          </Button>
        }
      >
        <p>{words.done(act.data.done.length)}</p>
        {act.data.refused.length > 0 && (
          <>
            <p className="font-medium text-danger">{words.refused(act.data.refused.length)}</p>
            <ul className="grid max-h-72 gap-1 overflow-y-auto text-sm">
              {act.data.refused.map(({ id, reason: why }) => (
                <li key={id} className="wrap-anywhere">
                  <code className="font-mono text-xs">{id}</code>: {why}
                </li>
              ))}
            </ul>
          </>
        )}
      </Dialog>
    );
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.keep}</Button>
          <Button look={action === "cancel" ? "danger" : "primary"} busy={act.isPending} onClick={() => act.mutate()}>
            {title.replace("?", "")}
          </Button>
        </>
      }
    >
      <p className="text-muted">{words.what[action]}</p>
      {mayFitAll && action !== "rerun" && (
        <Checkbox checked={all} onChange={({ target }) => setAll(target.checked)}>
          {words.allThatFit}
        </Checkbox>
      )}
      {action === "cancel" && (
        <Field label={words.reason} optional>
          {(control) => <TextInput {...control} value={reason} onChange={({ target }) => setReason(target.value)} />}
        </Field>
      )}
      {act.error && (
        <p role="alert" className="text-sm text-danger">
          {problemText(act.error).detail}
        </p>
      )}
    </Dialog>
  );
}
