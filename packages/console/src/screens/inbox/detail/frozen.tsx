import { Button } from "../../../ui/button.tsx";
import { Moment } from "../../../ui/moment.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { Pairs } from "../../../ui/value-view.tsx";
import { copy } from "../copy.ts";
import type { Hold } from "../views.ts";
import { type Draft, draftText } from "./draft.ts";

const { frozen } = copy;

/** A hold that is closed: who said what, when, and why. What somebody was writing meanwhile is kept, to be copied. */
export function Frozen({ hold, draft, wasOpen }: { hold: Hold; draft: Draft; wasOpen: boolean }) {
  const toasts = useToast();
  const own = draftText(draft);
  const { decision, closedAt } = hold;
  const copyText = async (): Promise<void> => {
    await navigator.clipboard.writeText(own);
    toasts.show({ text: frozen.copied });
  };
  const value =
    hold.kind === "form" && typeof decision?.value === "object" && decision.value !== null ? decision.value : null;
  return (
    <div className="grid gap-2 border-t border-line bg-sunken px-4 py-3 md:px-6">
      {/* Said at once, because somebody is about to do what has been done. */}
      <p role={wasOpen ? "alert" : undefined} className="font-semibold wrap-anywhere">
        {saidOf(hold)}{" "}
        {closedAt && (
          <span className="font-normal text-muted">
            <Moment at={closedAt} />
          </span>
        )}
      </p>
      {decision?.note && <p className="wrap-anywhere whitespace-pre-wrap">“{decision.note}”</p>}
      {value && <Pairs entries={Object.entries(value)} />}
      {own !== "" && wasOpen && (
        <div className="grid justify-items-start gap-2">
          <p className="text-sm text-muted">{frozen.yours}</p>
          <pre className="w-full rounded-md border border-line bg-surface p-2 font-sans text-sm wrap-anywhere whitespace-pre-wrap">
            {own}
          </pre>
          <Button size="sm" onClick={() => void copyText()}>
            {frozen.copy}
          </Button>
        </div>
      )}
    </div>
  );
}

function saidOf({ status, decision, decidedBy, kind }: Hold): string {
  if (status === "expired") return frozen.expired;
  if (status === "withdrawn") return frozen.withdrawn;
  if (status === "superseded") return frozen.superseded;
  if (status === "answered") return frozen.answered;
  const approved = (decision?.value as { approved?: boolean } | null | undefined)?.approved;
  const outcome = kind === "form" ? copy.outcomes.answered : approved ? copy.outcomes.approved : copy.outcomes.rejected;
  return frozen.title(
    decidedBy ?? copy.progress.byItself,
    decision?.option ? `${outcome} (${decision.option})` : outcome,
  );
}
