import type { RouteOutput } from "@holdpoint/client";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, GitFork, MoreHorizontal, Pause, Play, RotateCcw, RotateCw } from "lucide-react";
import { useState } from "react";
import { call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { useMay } from "../../../data/session.tsx";
import { useIsStale } from "../../../shell/live-banner.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Menu, type MenuItem } from "../../../ui/menu.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { copy } from "../copy.ts";
import { CancelDialog } from "./cancel-dialog.tsx";
import { rerun } from "./rerun.ts";

const words = copy.actions;
type Run = RouteOutput<"runs.show">;
const live: readonly string[] = ["ready", "running", "parked"];

/** What can be done to a run, by where it stands and by what whoever looks may do. */
export function RunActions({ run, onFork }: { run: Run; onFork: () => void }) {
  const mayControl = useMay("runs:control");
  const mayStart = useMay("runs:start");
  const stale = useIsStale();
  const toast = useToast();
  const navigate = useNavigate();
  const [cancelling, setCancelling] = useState(false);
  const failed = (error: Error): void => void toast.show({ tone: "danger", text: problemText(error).detail });
  const act = useMutation({
    mutationFn: (action: "pause" | "resume" | "retry") => call(`runs.${action}`, { run: run.id }),
    onSuccess: (_, action) => void toast.show({ text: words.done[action] }),
    onError: failed,
  });
  const again = useMutation({
    mutationFn: () => rerun(run),
    onSuccess: ({ id }) => {
      toast.show({ text: copy.rerun.sent(id) });
      void navigate({ to: "/runs/$run", params: { run: id } });
    },
    onError: failed,
  });
  const icon = (Icon: typeof Ban) => <Icon size={15} aria-hidden="true" />;
  const alive = live.includes(run.status);
  const retryable = run.status === "failed" || run.status === "diverged";
  const cancellable = alive || run.status === "paused" || run.status === "diverged";
  const why = stale ? words.stale : null;
  const items: (MenuItem | null)[] = [
    ...(mayControl ? [{ label: words.forkStart, icon: icon(GitFork), onSelect: onFork, disabled: why }] : []),
    ...(mayStart ? [{ label: words.rerun, icon: icon(RotateCw), onSelect: () => again.mutate(), disabled: why }] : []),
  ];
  return (
    <>
      {mayControl && retryable && (
        <Button
          look="primary"
          size="sm"
          icon={icon(RotateCcw)}
          busy={act.isPending}
          disabled={stale}
          onClick={() => act.mutate("retry")}
        >
          {words.retry}
        </Button>
      )}
      {mayControl && run.status === "paused" && (
        <Button
          look="primary"
          size="sm"
          icon={icon(Play)}
          busy={act.isPending}
          disabled={stale}
          onClick={() => act.mutate("resume")}
        >
          {words.resume}
        </Button>
      )}
      {mayControl && alive && (
        <Button size="sm" icon={icon(Pause)} busy={act.isPending} disabled={stale} onClick={() => act.mutate("pause")}>
          {words.pause}
        </Button>
      )}
      {mayControl && cancellable && (
        <Button size="sm" look="danger" icon={icon(Ban)} disabled={stale} onClick={() => setCancelling(true)}>
          {words.cancel}
        </Button>
      )}
      {items.length > 0 && (
        <Menu
          items={items}
          trigger={
            <IconButton label={words.more} className="size-7">
              <MoreHorizontal size={16} aria-hidden="true" />
            </IconButton>
          }
        />
      )}
      <CancelDialog run={run.id} open={cancelling} onClose={() => setCancelling(false)} />
    </>
  );
}
