import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { AlarmClock, Ellipsis, Hand } from "lucide-react";
import { useState } from "react";
import { apiKey, call } from "../../../data/api.ts";
import { problemText } from "../../../data/problem.ts";
import { useMay, useSession } from "../../../data/session.tsx";
import { momentText } from "../../../data/time.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Menu, type MenuItem } from "../../../ui/menu.tsx";
import { useShortcut } from "../../../ui/shortcuts.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { copy } from "../copy.ts";
import { nextMorning, snooze, useSnoozed } from "../snooze.ts";
import type { Hold, Standing } from "../views.ts";
import { ActionDialog, type Asking } from "./action-dialog.tsx";

const { actions: words, group } = copy;

/** What can be done with a hold besides deciding it. Only what this person may do is offered. */
export function HoldActions({
  hold,
  standing,
  onLeave,
}: {
  hold: Hold;
  standing: Standing | undefined;
  onLeave: () => void;
}) {
  const { me } = useSession();
  const navigate = useNavigate();
  const toasts = useToast();
  const mayComment = useMay("holds:comment");
  const mayDecide = useMay("holds:decide");
  const [asking, setAsking] = useState<Asking | null>(null);
  const custody = useCustody(hold);
  const open = hold.status === "open";
  const mine = open && mayDecide && (standing?.may ?? false);
  const holder = standing?.holder ?? null;
  const claimable = mine && standing?.claimable === true && holder === null;
  const releasable = open && mayDecide && holder !== null && (holder === me.id || standing?.manages === true);
  const toggle = (): void => (releasable ? custody.release() : claimable ? custody.claim() : undefined);
  useShortcut({ id: "inbox.claim", label: `${words.claim} / ${words.release}`, group, keys: "c" }, toggle, {
    enabled: claimable || releasable,
  });
  useShortcut({ id: "inbox.ask", label: words.ask, group, keys: "m" }, () => setAsking("ask"), { enabled: mine });
  useShortcut({ id: "inbox.delegate", label: words.delegate, group, keys: "d" }, () => setAsking("delegate"), {
    enabled: mine,
  });

  const say = (label: string, what: Asking, enabled: boolean, shortcut?: string): MenuItem[] =>
    enabled ? [{ label, shortcut, onSelect: () => setAsking(what) }] : [];
  const managed = open && mayDecide && (standing?.manages || (hold.reviewers?.managers == null && claimable));
  const items: (MenuItem | null)[] = [
    ...say(words.ask, "ask", mine, "m"),
    ...say(words.delegate, "delegate", mine && (hold.reviewers?.delegate ?? true) && !standing?.voted, "d"),
    ...say(words.assign, "assign", Boolean(managed)),
    ...say(words.abstain, "abstain", mine && !standing?.voted),
    ...say(words.comment, "comment", mayComment && open),
    null,
    { label: words.openRun, onSelect: () => void navigate({ to: "/runs/$run", params: { run: hold.runId } }) },
    {
      label: words.copyLink,
      onSelect: () =>
        void navigator.clipboard.writeText(location.href).then(() => toasts.show({ text: words.linkCopied })),
    },
  ];
  return (
    <div className="flex shrink-0 items-center gap-1">
      {(claimable || releasable) && (
        <Button
          size="sm"
          icon={<Hand size={14} aria-hidden="true" />}
          shortcut="c"
          busy={custody.busy}
          onClick={toggle}
        >
          {claimable ? words.claim : holder === me.id ? words.release : words.releaseOther(holder ?? "")}
        </Button>
      )}
      {open && <Snooze hold={hold} onLeave={onLeave} />}
      <Menu
        items={items}
        trigger={
          <IconButton label={words.more}>
            <Ellipsis size={16} aria-hidden="true" />
          </IconButton>
        }
      />
      <ActionDialog hold={hold} asking={asking} onClose={() => setAsking(null)} />
    </div>
  );
}

/** Taking and giving back is shown at once, and taken back where the server refuses. */
function useCustody(hold: Hold) {
  const queries = useQueryClient();
  const toasts = useToast();
  const { me } = useSession();
  const key = apiKey("holds.show", { hold: hold.id });
  const run = useMutation({
    mutationFn: (what: "claim" | "release") => call(`holds.${what}`, { hold: hold.id }),
    onMutate: (what) => {
      queries.setQueryData(key, {
        ...hold,
        progress: { ...hold.progress, claimedBy: what === "claim" ? me.id : null },
      });
    },
    onSuccess: (now) => {
      queries.setQueryData(key, now);
    },
    onError: (error) => {
      queries.setQueryData(key, hold);
      toasts.show({ tone: "danger", text: problemText(error).detail });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: apiKey("holds.standing", { hold: hold.id }) }),
  });
  return { busy: run.isPending, claim: () => run.mutate("claim"), release: () => run.mutate("release") };
}

function Snooze({ hold: { id }, onLeave }: { hold: Hold; onLeave: () => void }) {
  const toasts = useToast();
  const until = useSnoozed()[id];
  const put = (at: number): void => {
    snooze(id, at);
    toasts.show({ text: words.snoozed(momentText(at)) });
    onLeave();
  };
  const hour = (): void => put(Date.now() + 3_600_000);
  useShortcut({ id: "inbox.snooze", label: copy.snooze.hour, group, keys: "s" }, hour);
  const items: MenuItem[] =
    until === undefined
      ? [
          { label: copy.snooze.hour, shortcut: "s", onSelect: hour },
          { label: copy.snooze.afternoon, onSelect: () => put(nextMorning(new Date())) },
          { label: copy.snooze.week, onSelect: () => put(nextMorning(new Date(), 1)) },
        ]
      : [{ label: words.unsnooze, onSelect: () => snooze(id, null) }];
  return (
    <Menu
      items={items}
      trigger={
        <IconButton label={words.snooze}>
          <AlarmClock size={16} aria-hidden="true" />
        </IconButton>
      }
    />
  );
}
