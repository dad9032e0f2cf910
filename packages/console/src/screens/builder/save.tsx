import type { RouteOutput } from "@holdpoint/client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, apiKey } from "../../data/api.ts";
import { client } from "../../data/client.ts";
import { problemText } from "../../data/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { DiffView } from "../../ui/diff-view.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { useToast } from "../../ui/toast.tsx";
import { copy } from "./copy.ts";

const words = copy.saving;

type Saved = RouteOutput<"pipelines.show">;
type Sent = { pipeline: string; document: Record<string, unknown>; ifMatch: string | null };

/** Saves; whoever else saved in between is not overwritten, but shown. */
export function useSave(onSaved: (saved: Saved) => void) {
  const queries = useQueryClient();
  const { show } = useToast();
  return useMutation({
    mutationFn: ({ pipeline, document, ifMatch }: Sent) =>
      client.pipelines.put({ pipeline, document }, ifMatch === null ? {} : { ifMatch }),
    onSuccess: (saved) => {
      for (const key of ["pipelines", "workflows"])
        void queries.invalidateQueries({ queryKey: [key], refetchType: "active" });
      queries.removeQueries({ queryKey: apiKey("pipelines.show", { pipeline: saved.name }) });
      show({ text: words.saved(saved.name, saved.version) });
      onSaved(saved);
    },
  });
}

/** A refusal because somebody else saved meanwhile. */
export const isConflict = (error: unknown): boolean => (error as { status?: number } | null)?.status === 412;

/** Asks under which name a new pipeline is kept. */
export function NameDialog({
  open,
  title,
  onClose,
  onName,
  busy,
  error,
}: {
  open: boolean;
  title: string;
  onClose: () => void;
  onName: (name: string) => void;
  busy: boolean;
  error: unknown;
}) {
  return (
    <Dialog open={open} title={words.title} onClose={onClose}>
      <NameForm key={title} title={title} onName={onName} busy={busy} error={error} />
    </Dialog>
  );
}

function NameForm({
  title,
  onName,
  busy,
  error,
}: {
  title: string;
  onName: (name: string) => void;
  busy: boolean;
  error: unknown;
}) {
  const [name, setName] = useState(() => slugOf(title));
  const wrong = /^[a-z0-9][a-z0-9-]{0,99}$/.test(name) ? null : words.nameWrong;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong === null) onName(name);
      }}
    >
      <Field label={words.name} hint={words.nameHint} error={wrong ?? (error ? problemText(error).detail : null)}>
        {(control) => (
          <TextInput {...control} autoComplete="off" value={name} onChange={({ target }) => setName(target.value)} />
        )}
      </Field>
      <Button type="submit" look="primary" busy={busy} disabled={wrong !== null} className="justify-self-end">
        {words.submit(name)}
      </Button>
    </form>
  );
}

/** Somebody saved meanwhile: shows what this text would change in theirs. */
export function ConflictDialog({
  pipeline,
  document,
  onClose,
  onReplace,
  busy,
}: {
  pipeline: string;
  document: unknown;
  onClose: () => void;
  onReplace: (ifMatch: string) => void;
  busy: boolean;
}) {
  const newest = useQuery({ ...api("pipelines.show", { pipeline }), staleTime: 0, refetchOnMount: "always" });
  const { data } = newest;
  return (
    <Dialog
      open
      width="lg"
      title={words.conflict(data?.version ?? 0)}
      onClose={onClose}
      actions={
        data && (
          <Button look="primary" busy={busy} onClick={() => onReplace(data.etag)}>
            {words.replace(data.version + 1)}
          </Button>
        )
      }
    >
      <p className="text-muted">{words.conflictNote}</p>
      {data && (
        <div className="max-h-96 overflow-y-auto">
          <DiffView
            before={data.document}
            after={document}
            labels={[copy.changes.version(data.version, true), copy.changes.mine]}
          />
        </div>
      )}
    </Dialog>
  );
}

/** A title as the name of a workflow. */
function slugOf(title: string): string {
  return title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 100);
}
