import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, FlaskConical, Play, Redo2, Undo2 } from "lucide-react";
import { useMay } from "../../data/session.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { download } from "../../ui/json-view.tsx";
import { Menu } from "../../ui/menu.tsx";
import { copy } from "./copy.ts";
import type { Draft } from "./drafts.ts";
import { copy as dryRunCopy } from "./dry-run/copy.ts";
import type { Builder } from "./use-builder.ts";

const words = copy.actions;

/** What the pipeline is called, where it stands, and what can be done with it. */
export function Header({
  builder,
  pipeline,
  base,
  dirty,
  kept,
  busy,
  onSave,
  onSaveAs,
  onRun,
  onDryRun,
  onDiscard,
}: {
  builder: Builder;
  pipeline: string | null;
  base: Draft["base"];
  dirty: boolean;
  kept: boolean;
  busy: boolean;
  onSave: () => void;
  onSaveAs: () => void;
  onRun: () => void;
  onDryRun: () => void;
  /** null while there is nothing to throw away. */
  onDiscard: (() => void) | null;
}) {
  const navigate = useNavigate();
  const mayWrite = useMay("workflows:write");
  const mayStart = useMay("runs:start");
  const { shown, undo, redo, remarks, text } = builder;
  const blocked = remarks.some(({ kind }) => kind === "problem");
  const title = shown.name || copy.begin.untitled;
  const state = !kept
    ? copy.kept.not
    : base === null
      ? copy.kept.new
      : dirty
        ? copy.kept.draft(base.version)
        : copy.kept.saved(base.version);
  return (
    <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-surface px-4 py-2.5">
      <div className="min-w-0 grow basis-48">
        <h1 className="text-md font-semibold wrap-anywhere">{title}</h1>
        <p role="status" className={kept ? "text-xs text-muted" : "text-xs text-danger"}>
          {state}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <IconButton label={words.undo} disabled={!undo} onClick={() => undo?.()}>
          <Undo2 size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label={words.redo} disabled={!redo} onClick={() => redo?.()}>
          <Redo2 size={16} aria-hidden="true" />
        </IconButton>
        {mayWrite && (
          <Button icon={<FlaskConical size={15} aria-hidden="true" />} onClick={onDryRun}>
            {dryRunCopy.action}
          </Button>
        )}
        {pipeline !== null && mayStart && (
          <Button icon={<Play size={15} aria-hidden="true" />} onClick={onRun}>
            {words.run}
          </Button>
        )}
        {mayWrite && (
          <Button
            look="primary"
            busy={busy}
            disabled={blocked || (!dirty && pipeline !== null)}
            title={blocked ? copy.saving.problems : !dirty && pipeline !== null ? copy.saving.unchanged : undefined}
            onClick={onSave}
          >
            {base === null ? words.saveNew : words.save(base.version + 1)}
          </Button>
        )}
        <Menu
          trigger={
            <IconButton label={words.more}>
              <Ellipsis size={16} aria-hidden="true" />
            </IconButton>
          }
          items={[
            { label: words.export, onSelect: () => download(`${pipeline ?? "pipeline"}.json`, text) },
            ...(mayWrite && pipeline !== null ? [{ label: words.copy, onSelect: onSaveAs }] : []),
            ...(pipeline !== null
              ? [
                  {
                    label: words.workflow,
                    onSelect: () => void navigate({ to: "/workflows/$workflow", params: { workflow: pipeline } }),
                  },
                ]
              : []),
            ...(onDiscard ? [{ label: copy.kept.discard, onSelect: onDiscard, danger: true }] : []),
            null,
            { label: words.all, onSelect: () => void navigate({ to: "/builder", search: {} }) },
          ]}
        />
      </div>
    </header>
  );
}
