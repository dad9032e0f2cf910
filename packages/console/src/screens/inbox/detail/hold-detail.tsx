import { ProblemError } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, FileQuestion } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "../../../data/api.ts";
import { useMay } from "../../../data/session.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Moment } from "../../../ui/moment.tsx";
import { Empty, Failure, Loading } from "../../../ui/states.tsx";
import { HoldStatus, Severity } from "../../../ui/status.tsx";
import { copy } from "../copy.ts";
import type { Decider } from "../decisions.ts";
import type { Hold, Standing } from "../views.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { HoldActions } from "./actions.tsx";
import { Audit } from "./audit.tsx";
import { ChangesDialog } from "./changes-dialog.tsx";
import { DecisionPanel } from "./decision-panel.tsx";
import { useDraft } from "./draft.ts";
import { Evidence, Precedents, Why } from "./evidence.tsx";
import { Frozen } from "./frozen.tsx";
import { Presence } from "./presence.tsx";
import { Progress } from "./progress.tsx";
import { Proposal } from "./proposal.tsx";
import { Talk } from "./talk.tsx";

/** One hold, always in the same order; the decision stands at the bottom, in sight. */
export function HoldDetail({
  id,
  known,
  decider,
  onDecided,
  onBack,
}: {
  id: string;
  /** As the list has it: shown until the hold itself is there. */
  known: Hold | undefined;
  decider: Decider;
  onDecided: (hold: Hold) => void;
  onBack: () => void;
}) {
  const asked = useQuery({ ...api("holds.show", { hold: id }), ...(known ? { placeholderData: known } : {}) });
  const standing = useQuery(api("holds.standing", { hold: id })).data;
  const trail = useQuery(api("holds.trail", { hold: id })).data?.items ?? [];
  const hold = asked.data;
  if (asked.error instanceof ProblemError && asked.error.status === 404)
    return (
      <Empty title={copy.gone} icon={<FileQuestion size={20} aria-hidden="true" />}>
        <BackButton onBack={onBack} />
      </Empty>
    );
  if (asked.error && !hold) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (!hold) return <Loading rows={8} />;
  return (
    <Opened
      hold={hold}
      real={!asked.isPlaceholderData}
      standing={standing}
      trail={trail}
      decider={decider}
      onDecided={onDecided}
      onBack={onBack}
    />
  );
}

/** What was read first, and when that is not what is there any more. What is decided is what was read. */
function useRead(hold: Hold, real: boolean) {
  const [read, setRead] = useState<Hold | null>(null);
  const seen = read ?? hold;
  useEffect(() => {
    if (real && read === null) setRead(hold);
  }, [real, read, hold]);
  const changed =
    hold.status === "open" && (seen.revision !== hold.revision || seen.evidenceHash !== hold.evidenceHash);
  return { read: seen, changed, takeNote: () => setRead(hold) };
}

function Opened({
  hold,
  real,
  standing,
  trail,
  decider,
  onDecided,
  onBack,
}: {
  hold: Hold;
  real: boolean;
  standing: Standing | undefined;
  trail: Parameters<typeof Audit>[0]["trail"];
  decider: Decider;
  onDecided: (hold: Hold) => void;
  onBack: () => void;
}) {
  const [draft, setDraft, clearDraft] = useDraft(hold.id);
  const { read, changed, takeNote } = useRead(hold, real);
  const [reviewing, setReviewing] = useState(false);
  const mayDecide = useMay("holds:decide");
  const wasOpen = useRef(hold.status === "open").current;
  const open = hold.status === "open";
  const mine = open && mayDecide && (standing?.may ?? true) && !hold.reviewers?.signed;
  return (
    <article className="flex h-full min-h-0 flex-col" aria-label={hold.title}>
      <div className="min-h-0 grow overflow-y-auto">
        <div className="mx-auto grid max-w-3xl gap-5 px-4 py-4 md:px-6 md:py-5">
          <Head hold={hold} standing={standing} onBack={onBack} />
          {hold.consequence && (
            <section
              aria-label={copy.sections.consequence}
              className="rounded-lg border-l-3 border-accent bg-accent-soft px-4 py-3"
            >
              <p className="text-sm font-medium text-accent-text">
                {hold.kind === "form" ? copy.sections.consequenceForm : copy.sections.consequence}
              </p>
              <p className="text-md wrap-anywhere whitespace-pre-wrap">{hold.consequence}</p>
            </section>
          )}
          <Proposal hold={hold} draft={draft} onDraft={setDraft} mayEdit={mine} />
          <Why hold={hold} />
          <Evidence hold={hold} />
          <Precedents hold={hold} />
          <Progress hold={hold} standing={standing} />
          <Talk hold={hold} trail={trail} />
          <Audit hold={hold} trail={trail} />
        </div>
      </div>
      {changed && (
        <p role="alert" className="border-t border-line bg-warn-soft px-4 py-2 text-sm font-medium text-warn md:px-6">
          {copy.decide.changed}
        </p>
      )}
      {mine ? (
        <DecisionPanel
          hold={read}
          standing={standing}
          draft={draft}
          onDraft={setDraft}
          decider={decider}
          onDecided={() => {
            clearDraft();
            onDecided(hold);
          }}
          onReview={changed ? () => setReviewing(true) : null}
        />
      ) : open ? (
        <MayNot hold={hold} standing={standing} mayDecide={mayDecide} />
      ) : (
        <Frozen hold={hold} draft={draft} wasOpen={wasOpen} />
      )}
      <ChangesDialog
        open={reviewing}
        before={read}
        after={hold}
        onClose={() => setReviewing(false)}
        onSeen={() => {
          takeNote();
          setReviewing(false);
        }}
      />
    </article>
  );
}

const BackButton = ({ onBack }: { onBack: () => void }) => (
  <IconButton label={copy.back} onClick={onBack} className="-ml-2 md:hidden">
    <ArrowLeft size={18} aria-hidden="true" />
  </IconButton>
);

function Head({ hold, standing, onBack }: { hold: Hold; standing: Standing | undefined; onBack: () => void }) {
  const { severity, status, workflow, runId, openedAt, title, tags } = hold;
  return (
    <header className="grid gap-2">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <BackButton onBack={onBack} />
        {status === "open" ? <Severity value={severity} /> : <HoldStatus value={status} />}
        <Link
          to="/runs/$run"
          params={{ run: runId }}
          className="min-w-0 truncate text-sm text-muted underline-offset-3 hover:underline"
        >
          {workflow} · {hold.name}
        </Link>
        <span className="text-sm text-muted">
          {copy.asked} <Moment at={openedAt} />
        </span>
        <Presence hold={hold} />
        <span className="ml-auto">
          <HoldActions hold={hold} standing={standing} onLeave={onBack} />
        </span>
      </div>
      <h2 className="text-lg font-semibold text-balance wrap-anywhere">{title}</h2>
      {tags.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {tags.map((tag) => (
            <li key={tag} className="rounded-md bg-sunken px-1.5 text-xs leading-5 wrap-anywhere text-muted">
              {tag}
            </li>
          ))}
        </ul>
      )}
    </header>
  );
}

/** Why this person may read it and not decide it, and who may. */
function MayNot({ hold, standing, mayDecide }: { hold: Hold; standing: Standing | undefined; mayDecide: boolean }) {
  const { decide: words } = copy;
  const mayComment = useMay("holds:comment");
  const [asking, setAsking] = useState(false);
  return (
    <div className="grid gap-1 border-t border-line bg-sunken px-4 py-3 text-sm md:px-6">
      {!mayDecide ? (
        <p>{words.role}</p>
      ) : hold.reviewers?.signed && standing?.may ? (
        <p>
          {words.onlyKey} <code className="font-mono">holdpoint decide {hold.id} --key FILE</code>
        </p>
      ) : (
        <p className="wrap-anywhere">{words.mayNot(standing?.why ?? "")}</p>
      )}
      {standing && !standing.may && (
        <div className="flex flex-wrap items-center justify-between gap-2">
          <p className="wrap-anywhere text-muted">{words.whoMay(standing.whoMay)}</p>
          {mayComment && (
            <Button size="sm" onClick={() => setAsking(true)}>
              {words.askThem}
            </Button>
          )}
        </div>
      )}
      <ActionDialog hold={hold} asking={asking ? "look" : null} onClose={() => setAsking(false)} />
    </div>
  );
}
