import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { api } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { useMay } from "../../data/session.tsx";
import { useShortcut } from "../../ui/shortcuts.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { useToast } from "../../ui/toast.tsx";
import { StartRunDialog } from "../workflow/start-run.tsx";
import { ChangesTab } from "./changes-tab.tsx";
import { copy } from "./copy.ts";
import { removeStep, removeWay } from "./document/edits.ts";
import { isRecord } from "./document/json-text.ts";
import type { Draft, Drafts } from "./drafts.ts";
import { copy as dryRunCopy } from "./dry-run/copy.ts";
import { DryRunPanel } from "./dry-run/dry-run-panel.tsx";
import { type Report, useDryRun } from "./dry-run/use-dry-run.ts";
import { Header } from "./header.tsx";
import { Outline } from "./outline.tsx";
import { Palette } from "./palette.tsx";
import { Problems } from "./problems.tsx";
import { Properties } from "./properties/properties.tsx";
import { ConflictDialog, isConflict, NameDialog, useSave } from "./save.tsx";
import { type Builder, partOf, useBuilder } from "./use-builder.ts";

const route = getRouteApi("/builder");
const Canvas = lazy(() => import("./canvas.tsx").then(({ Canvas: component }) => ({ default: component })));
const JsonEditor = lazy(() =>
  import("./json-editor.tsx").then(({ JsonEditor: component }) => ({ default: component })),
);

export interface WorkbenchProps {
  /** Its name on the server; null for one that is not there yet. */
  pipeline: string | null;
  draftName: string;
  drafts: Drafts;
  /** What is worked on at first. */
  text: string;
  /** What the server has. */
  saved: string | null;
  base: Draft["base"];
}

/** A pipeline under work: one document, shown as a drawing, an outline, a text and fields, all with one selection. */
export function Workbench(props: WorkbenchProps) {
  const { pipeline, draftName, drafts } = props;
  const navigate = useNavigate();
  const { tab = "canvas", side = "properties" } = route.useSearch();
  const builder = useBuilder(props.text);
  const dryRun = useDryRun(builder, draftName);
  const beside = useRef<HTMLElement>(null);
  const [base, setBase] = useState(props.base);
  const [saved, setSaved] = useState(props.saved);
  const [asking, setAsking] = useState<"name" | "run" | null>(null);
  const palette = useQuery({ ...api("pipelines.palette", {}), retry: false });
  const steps = palette.data?.steps ?? [];
  const dirty = builder.text !== saved;
  const kept = useKept(props, builder.text, base, dirty);
  const mayWrite = useMay("workflows:write");
  const { show } = useToast();
  const save = useSave((put) => {
    drafts.drop(draftName);
    setAsking(null);
    if (put.name !== pipeline) return void navigate({ to: "/builder", search: { pipeline: put.name }, replace: true });
    setSaved(builder.text);
    setBase({ version: put.version, etag: put.etag });
  });
  const send = (name: string, ifMatch: string | null): void => {
    if (!isRecord(builder.document)) return;
    save.mutate(
      { pipeline: name, document: builder.document, ifMatch },
      {
        onError: (error) => {
          if (!isConflict(error) && asking !== "name") show({ tone: "danger", text: problemText(error).detail });
        },
      },
    );
  };
  const choose = (next: string): void =>
    void navigate({
      to: "/builder",
      search: (before) => ({ ...before, tab: next === "json" || next === "changes" ? next : undefined }) as object,
      replace: true,
    });
  const turn = (next: string): void =>
    void navigate({
      to: "/builder",
      search: (before) => ({ ...before, side: next === "dry-run" ? next : undefined }) as object,
      replace: true,
    });
  useKeys(builder);
  return (
    <div className="flex min-h-0 grow flex-col overflow-y-auto lg:overflow-hidden">
      <Header
        builder={builder}
        pipeline={pipeline}
        base={base}
        dirty={dirty}
        kept={kept}
        busy={save.isPending}
        onSave={() => (pipeline === null ? setAsking("name") : send(pipeline, base?.etag ?? null))}
        onSaveAs={() => setAsking("name")}
        onRun={() => setAsking("run")}
        onDryRun={() => {
          builder.select([]);
          turn("dry-run");
          // On a narrow window it stands below everything else.
          beside.current?.scrollIntoView({ block: "nearest" });
        }}
        onDiscard={
          saved !== null && dirty
            ? () => {
                builder.setText(saved, null);
                drafts.drop(draftName);
              }
            : null
        }
      />
      <div className="grid shrink-0 lg:min-h-0 lg:shrink lg:grow md:grid-cols-[14rem_minmax(0,1fr)] lg:grid-cols-[16rem_minmax(0,1fr)_21rem]">
        <aside
          aria-label={copy.outline.aside}
          className="grid content-start gap-5 border-b border-line p-3 md:max-h-[44rem] md:overflow-y-auto md:border-r md:border-b-0 lg:max-h-none"
        >
          <section className="grid gap-1.5">
            <h2 className="px-2 text-sm font-semibold">{copy.outline.title}</h2>
            <Outline builder={builder} report={dryRun.report} />
          </section>
          <section className="grid gap-1.5">
            <h2 className="px-2 text-sm font-semibold">{copy.palette.title}</h2>
            <div className="px-2">
              <Palette builder={builder} steps={steps} />
            </div>
          </section>
        </aside>
        <div className="flex min-h-96 min-w-0 flex-col md:min-h-[34rem] lg:min-h-0">
          <div className="grid min-h-0 grow [&>div]:min-h-0 [&_[role=tabpanel]]:pt-0">
            <Tabs
              label={copy.tabs.label}
              value={tab}
              onChange={choose}
              tabs={[
                {
                  value: "canvas",
                  label: copy.tabs.canvas,
                  content: <Drawing builder={builder} report={dryRun.report} />,
                },
                {
                  value: "json",
                  label: copy.tabs.json,
                  content: (
                    <Suspense fallback={<Loading />}>
                      <div className="h-full min-h-96 lg:min-h-0">
                        <JsonEditor builder={builder} />
                      </div>
                    </Suspense>
                  ),
                },
                {
                  value: "changes",
                  label: copy.tabs.changes,
                  content: <ChangesTab pipeline={pipeline} document={builder.document} />,
                },
              ]}
            />
          </div>
          <Problems builder={builder} onJump={() => undefined} />
        </div>
        <aside
          ref={beside}
          aria-label={copy.properties.aside}
          className="border-t border-line md:col-span-2 lg:col-span-1 lg:overflow-y-auto lg:border-t-0 lg:border-l [&_[role=tabpanel]]:pt-0"
        >
          <Tabs
            label={copy.properties.aside}
            value={side}
            onChange={turn}
            tabs={[
              {
                value: "properties",
                label: copy.properties.title,
                content: <Properties builder={builder} steps={steps} />,
              },
              ...(mayWrite
                ? [
                    {
                      value: "dry-run",
                      label: dryRunCopy.panel,
                      content: <DryRunPanel builder={builder} dryRun={dryRun} steps={steps} />,
                    },
                  ]
                : []),
            ]}
          />
        </aside>
      </div>
      <NameDialog
        open={asking === "name"}
        title={builder.shown.name}
        onClose={() => {
          save.reset();
          setAsking(null);
        }}
        onName={(name) => send(name, null)}
        busy={save.isPending}
        error={save.error}
      />
      {pipeline !== null && isConflict(save.error) && (
        <ConflictDialog
          pipeline={pipeline}
          document={builder.document}
          onClose={() => save.reset()}
          onReplace={(ifMatch) => send(pipeline, ifMatch)}
          busy={save.isPending}
        />
      )}
      {pipeline !== null && asking === "run" && <StartRunDialog workflow={pipeline} onClose={() => setAsking(null)} />}
    </div>
  );
}

function Drawing({ builder, report }: { builder: Builder; report: Report | null }) {
  const { shown } = builder;
  if (shown.steps.length === 0)
    return (
      <Empty title={shown.editable ? copy.canvas.empty : copy.canvas.shape}>
        {shown.editable ? copy.canvas.emptyNote : copy.canvas.shapeNote}
      </Empty>
    );
  return (
    <Suspense fallback={<Loading />}>
      <div className="h-full min-h-96 lg:min-h-0">
        <Canvas builder={builder} report={report} />
      </div>
    </Suspense>
  );
}

/** Keeps what is written in this browser while it is not saved. */
function useKept(
  { drafts, draftName, pipeline }: WorkbenchProps,
  text: string,
  base: Draft["base"],
  dirty: boolean,
): boolean {
  const [kept, setKept] = useState(true);
  useEffect(() => {
    if (dirty) setKept(drafts.keep(draftName, { text, base, at: Date.now() }));
    else if (pipeline !== null) drafts.drop(draftName);
  }, [drafts, draftName, pipeline, text, base, dirty]);
  return kept;
}

function useKeys(builder: Builder): void {
  const { undo, redo, selection, edit, select, editable } = builder;
  const { group, actions } = copy;
  useShortcut({ id: "builder.undo", label: actions.undo, group, keys: "mod+z" }, () => undo?.());
  useShortcut({ id: "builder.redo", label: actions.redo, group, keys: "mod+shift+z" }, () => redo?.());
  useShortcut({ id: "builder.remove", label: actions.remove, group, keys: "mod+Backspace" }, () => {
    const part = partOf(selection);
    if (!editable || part.length === 0) return;
    edit(part[0] === "steps" ? removeStep(Number(part[1])) : removeWay(part));
    select([]);
  });
}
