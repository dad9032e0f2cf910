import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../data/api.ts";
import { DiffView } from "../../ui/diff-view.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { copy } from "./copy.ts";

const words = copy.changes;

/** What differs between two versions, or between one that was saved and the text as it is now. */
export function ChangesTab({ pipeline, document }: { pipeline: string | null; document: unknown }) {
  if (pipeline === null) return <p className="p-4 text-muted">{words.none}</p>;
  return <Changes pipeline={pipeline} document={document} />;
}

function Changes({ pipeline, document }: { pipeline: string; document: unknown }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const [against, setAgainst] = useState<number | null>(null);
  const newest = useQuery(api("pipelines.show", { pipeline }));
  const versions = newest.data?.versions ?? [];
  const version = chosen ?? versions[0];
  const before = useQuery({
    ...api("pipelines.show", { pipeline, ...(version === undefined ? {} : { version }) }),
    enabled: version !== undefined,
  });
  const after = useQuery({
    ...api("pipelines.show", { pipeline, ...(against === null ? {} : { version: against }) }),
    enabled: against !== null,
  });
  if (newest.isPending) return <Loading />;
  if (!newest.data) return <Failure error={newest.error} onRetry={() => void newest.refetch()} />;
  return (
    <div className="grid content-start gap-4 overflow-y-auto p-4">
      <div className="flex flex-wrap gap-4">
        <Field label={words.what} className="min-w-40">
          {(control) => (
            <Select
              {...control}
              value={against ?? ""}
              onChange={({ target }) => setAgainst(target.value === "" ? null : Number(target.value))}
            >
              <option value="">{words.mine}</option>
              {versions.map((one, n) => (
                <option key={one} value={one}>
                  {words.version(one, n === 0)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={words.since} className="min-w-40">
          {(control) => (
            <Select {...control} value={version} onChange={({ target }) => setChosen(Number(target.value))}>
              {versions.map((one, n) => (
                <option key={one} value={one}>
                  {words.version(one, n === 0)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {before.data && version !== undefined && (against === null || after.data) && (
        <DiffView
          before={before.data.document}
          after={against === null ? document : after.data?.document}
          labels={[words.version(version, false), against === null ? words.mine : words.version(against, false)]}
        />
      )}
      {(before.error ?? after.error) && <Failure error={before.error ?? after.error} />}
    </div>
  );
}
