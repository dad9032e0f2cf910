import { useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api } from "../../data/api.ts";
import { Button } from "../../ui/button.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";

const StartRunDialog = lazy(() => import("../workflow/start-run.tsx").then((it) => ({ default: it.StartRunDialog })));

/** So many workflows are offered; all of them are a screen of their own. */
const most = 3;

/**
 * For whoever looks at a Holdpoint in which nothing has been asked yet: start one of its workflows here, with what it takes, and answer what
 * it asks. Nothing is started by itself, because a workflow does what it does, for a newcomer as well.
 */
export function FirstHold() {
  const [starting, setStarting] = useState<string | null>(null);
  const { data } = useQuery(api("workflows.list", {}));
  const workflows = data?.items ?? [];
  if (workflows.length === 0) return null;
  return (
    <div className="grid justify-items-center gap-2">
      <p>{copy.empty.first}</p>
      <div className="flex flex-wrap justify-center gap-2">
        {workflows.slice(0, most).map(({ name }) => (
          <Button key={name} icon={<Play size={14} aria-hidden="true" />} onClick={() => setStarting(name)}>
            {copy.empty.start(name)}
          </Button>
        ))}
      </div>
      {workflows.length > most && <TextLink to="/workflows">{copy.empty.allWorkflows(workflows.length)}</TextLink>}
      {starting !== null && (
        <Suspense>
          <StartRunDialog workflow={starting} onClose={() => setStarting(null)} />
        </Suspense>
      )}
    </div>
  );
}
