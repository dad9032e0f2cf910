import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { api } from "../../../data/api.ts";
import { Failure, Loading } from "../../../ui/states.tsx";
import { TextLink } from "../../../ui/text-link.tsx";
import { Pairs } from "../../../ui/value-view.tsx";
import type { Hold } from "../views.ts";
import { AlikeForm } from "./alike-form.tsx";
import { copy } from "./copy.ts";
import { differencesOf } from "./differences.ts";
import { Result } from "./result.tsx";

const route = getRouteApi("/inbox/$hold/alike");

/** So many are decided at once. */
const most = 100;

/** What became of each. */
export type Results = RouteOutput<"holds.decideMany">["items"];

/** Holds that ask the same, decided together with one reason. */
export function AlikeScreen() {
  const { hold } = route.useParams();
  const { holds } = route.useSearch();
  return <Alike key={`${hold} ${holds}`} id={hold} wanted={holds} />;
}

function Alike({ id, wanted }: { id: string; wanted: string | undefined }) {
  const first = useQuery(api("holds.show", { hold: id }));
  const alike = useQuery(api("holds.similar", { hold: id, limit: most - 1 }));
  const { workflow = "", name = "" } = first.data ?? {};
  const mine = useQuery({
    ...api("holds.list", { workflow, name, inbox: true, unvoted: true, limit: 1000 }),
    enabled: first.data !== undefined,
  });
  const [results, setResults] = useState<Results | null>(null);
  const error = first.error ?? alike.error ?? mine.error;
  const reading = first.isFetching || alike.isFetching || mine.isFetching;
  // The page keeps what it showed first: nothing moves under the pointer, and what a colleague decides meanwhile is
  // refused by name instead of leaving the table unseen.
  const [holds, setHolds] = useState<readonly Hold[] | null>(null);
  if (holds === null && !reading && first.data && alike.data && mine.data)
    setHolds(decidable(first.data, alike.data.items, mine.data.items, wanted?.split(".")));
  if (error && holds === null) return <Failure error={error} />;
  if (!first.data || holds === null) return <Loading />;
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto grid max-w-5xl gap-4 px-4 py-5 md:px-6">
        <TextLink to="/inbox" className="justify-self-start text-sm">
          {copy.back}
        </TextLink>
        {results ? (
          <Result results={results} titles={new Map([...holds, first.data].map((hold) => [hold.id, hold.title]))} />
        ) : (
          <Choice first={first.data} holds={holds} onDone={setResults} />
        )}
      </div>
    </div>
  );
}

/** Those that ask the same and that this person may decide; of these the ones that were chosen before, where some were. */
function decidable(
  first: Hold,
  alike: readonly Hold[],
  mine: readonly Hold[],
  wanted: readonly string[] | undefined,
): Hold[] {
  const mineIds = new Set(mine.map(({ id }) => id));
  return [first, ...alike].filter(
    ({ id, severity }) => mineIds.has(id) && severity !== "critical" && (wanted?.includes(id) ?? true),
  );
}

function Choice({ first, holds, onDone }: { first: Hold; holds: readonly Hold[]; onDone: (results: Results) => void }) {
  const differences = useMemo(() => differencesOf(holds), [holds]);
  if (first.severity === "critical" || holds.length === 0)
    return (
      <>
        <h1 className="text-lg font-semibold wrap-anywhere">{first.title}</h1>
        <p className="text-muted">{first.severity === "critical" ? copy.critical : copy.none}</p>
      </>
    );
  return (
    <>
      <header className="grid gap-1">
        <h1 className="text-lg font-semibold">{copy.title(holds.length)}</h1>
        <p className="text-muted">{copy.intro}</p>
      </header>
      <AlikeForm first={first} differences={differences} onDone={onDone} />
      {differences.common.length > 0 && (
        <section aria-label={copy.common} className="grid gap-2 border-t border-line pt-4">
          <h2 className="text-sm font-semibold text-muted">{copy.common}</h2>
          <Pairs entries={differences.common} />
        </section>
      )}
    </>
  );
}
