import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FilePlus2, FileUp, Trash2 } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { api } from "../../data/api.ts";
import { problemText } from "../../data/problem.ts";
import { IconButton } from "../../ui/button.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";
import { emptyPipeline } from "./document/edits.ts";
import { parseText } from "./document/json-text.ts";
import { shownPipeline } from "./document/pipeline.ts";
import { Drafts } from "./drafts.ts";

const words = copy.begin;

/** What there is to begin with: nothing, a file, what was not finished, what the server has, the templates. */
export function StartPage({ drafts }: { drafts: Drafts }) {
  const navigate = useNavigate();
  const [list, setList] = useState(() => drafts.list().filter(({ name }) => !name.startsWith("of ")));
  const pipelines = useQuery(api("pipelines.list", {}));
  const palette = useQuery(api("pipelines.palette", {}));
  const file = useRef<HTMLInputElement>(null);
  const start = (text: string): void => {
    const name = Drafts.newName();
    drafts.keep(name, { text, base: null, at: Date.now() });
    void navigate({ to: "/builder", search: { draft: name } });
  };
  const without = pipelines.error && problemText(pipelines.error).code === "NOT_FOUND";
  return (
    <div className="overflow-y-auto">
      <div className="mx-auto grid w-full max-w-5xl gap-8 px-4 py-6 sm:px-6">
        <header className="grid gap-1">
          <h1 className="text-lg font-semibold">{copy.title}</h1>
          <p className="text-muted">{words.lead}</p>
        </header>
        <div className="grid gap-3 sm:grid-cols-2">
          <Card
            onClick={() => start(emptyPipeline(words.untitled))}
            icon={<FilePlus2 size={18} aria-hidden="true" />}
            title={words.empty}
          >
            {words.emptyNote}
          </Card>
          <Card
            onClick={() => file.current?.click()}
            icon={<FileUp size={18} aria-hidden="true" />}
            title={words.import}
          >
            {words.importNote}
          </Card>
          <input
            ref={file}
            type="file"
            hidden
            aria-label={words.import}
            accept=".json,application/json"
            onChange={({ target }) => void target.files?.[0]?.text().then(start)}
          />
        </div>
        {list.length > 0 && (
          <Group title={words.drafts}>
            <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
              {list.map(({ name, draft }) => {
                const title = shownPipeline(parseText(draft.text).value).name || words.untitled;
                return (
                  <li key={name} className="flex items-center gap-3 py-1 pr-2 pl-4">
                    <TextLink
                      to="/builder"
                      search={{ draft: name }}
                      className="min-w-0 grow py-1.5 font-medium wrap-anywhere"
                    >
                      {title}
                    </TextLink>
                    <span className="shrink-0 text-sm text-muted">
                      {words.changedAt} <Moment at={new Date(draft.at).toISOString()} />
                    </span>
                    <IconButton
                      label={words.dropDraft(title)}
                      onClick={() => {
                        drafts.drop(name);
                        setList(list.filter((one) => one.name !== name));
                      }}
                    >
                      <Trash2 size={15} aria-hidden="true" />
                    </IconButton>
                  </li>
                );
              })}
            </ul>
          </Group>
        )}
        {without ? (
          <p className="rounded-md bg-info-soft px-3 py-2 text-sm text-info">{words.noPipelines}</p>
        ) : (
          <Group title={words.pipelines}>
            {pipelines.isPending && <Loading rows={2} />}
            {pipelines.error && <Failure error={pipelines.error} onRetry={() => void pipelines.refetch()} />}
            {pipelines.data?.items.length === 0 && <p className="text-muted">{words.none}</p>}
            {pipelines.data && pipelines.data.items.length > 0 && (
              <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
                {pipelines.data.items.map(({ name, title, version, at, by, problems }) => (
                  <li key={name} className="flex flex-wrap items-center gap-x-3 px-4 py-2">
                    <span className="min-w-0 grow">
                      <TextLink to="/builder" search={{ pipeline: name }} className="font-medium wrap-anywhere">
                        {title}
                      </TextLink>
                      <span className="ml-2 font-mono text-xs text-muted wrap-anywhere">{name}</span>
                    </span>
                    {problems.length > 0 && <span className="text-sm text-danger">{words.broken}</span>}
                    <span className="text-sm text-muted wrap-anywhere">
                      {words.version(version)}
                      {by === null ? "" : `, ${by}`}, <Moment at={at} />
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Group>
        )}
        {palette.data && (
          <Group title={words.templates} note={words.templatesNote}>
            <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
              {palette.data.templates.map(({ name, title, description, document }) => (
                <Card key={name} onClick={() => start(`${JSON.stringify(document, null, 2)}\n`)} title={title}>
                  {description} {words.steps(shownPipeline(document).steps.length)}.
                </Card>
              ))}
            </div>
          </Group>
        )}
      </div>
    </div>
  );
}

const Group = ({ title, note, children }: { title: string; note?: string; children: ReactNode }) => (
  <section className="grid gap-3">
    <div>
      <h2 className="text-md font-semibold">{title}</h2>
      {note && <p className="text-sm text-muted">{note}</p>}
    </div>
    {children}
  </section>
);

const Card = ({
  onClick,
  icon,
  title,
  children,
}: {
  onClick: () => void;
  icon?: ReactNode;
  title: string;
  children: ReactNode;
}) => (
  <button
    type="button"
    onClick={onClick}
    className="flex items-start gap-3 rounded-lg border border-line bg-surface px-4 py-3 text-left hover:border-line-strong hover:bg-hover"
  >
    {icon && <span className="mt-0.5 text-accent-text">{icon}</span>}
    <span className="grid gap-0.5">
      <span className="font-medium">{title}</span>
      <span className="text-sm text-muted">{children}</span>
    </span>
  </button>
);
