import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { api } from "../../data/api.ts";
import { useSession } from "../../data/session.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { copy } from "./copy.ts";
import { emptyPipeline } from "./document/edits.ts";
import { Drafts } from "./drafts.ts";
import { StartPage } from "./start-page.tsx";
import { Workbench } from "./workbench.tsx";

const route = getRouteApi("/builder");

/** The builder: what there is to begin with, or a pipeline under work. */
export function BuilderScreen() {
  const { pipeline, draft } = route.useSearch();
  const { me } = useSession();
  const drafts = useMemo(() => new Drafts(me.id), [me.id]);
  if (pipeline !== undefined) return <OfServer key={pipeline} pipeline={pipeline} drafts={drafts} />;
  if (draft === undefined) return <StartPage drafts={drafts} />;
  const text = drafts.read(draft)?.text ?? emptyPipeline(copy.begin.untitled);
  return (
    <Workbench key={draft} pipeline={null} draftName={draft} drafts={drafts} text={text} saved={null} base={null} />
  );
}

/** A pipeline that the server has; what was changed in it and not saved is there again. */
function OfServer({ pipeline, drafts }: { pipeline: string; drafts: Drafts }) {
  const found = useQuery({ ...api("pipelines.show", { pipeline }), refetchOnMount: "always", gcTime: 0 });
  if (found.isPending || (found.isFetching && !found.isFetchedAfterMount)) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { document, version, etag } = found.data;
  const saved = `${JSON.stringify(document, null, 2)}\n`;
  const draft = drafts.read(Drafts.of(pipeline));
  return (
    <Workbench
      pipeline={pipeline}
      draftName={Drafts.of(pipeline)}
      drafts={drafts}
      text={draft?.text ?? saved}
      saved={saved}
      base={draft?.base ?? { version, etag }}
    />
  );
}
