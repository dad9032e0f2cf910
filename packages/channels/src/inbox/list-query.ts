import type { HoldListFilter, Severity } from "@holdpoint/core";

/** What a list shows: what needs the person, of these what is a group's or nobody's, all that is open, what was closed lately. */
export const views = ["mine", "groups", "unclaimed", "open", "closed"] as const;
export type View = (typeof views)[number];

export const severities: readonly Severity[] = ["critical", "high", "medium", "low"];

/** A list as its address says it. */
export interface ListQuery {
  view: View;
  text: string;
  workflow: string;
  tag: string;
  severity: Severity | null;
  /** Behind which the page begins. */
  after: string | null;
}

/** What an address asks for; what it cannot mean is left out. */
export function readQuery(parameters: URLSearchParams): ListQuery {
  const word = (name: string): string => (parameters.get(name) ?? "").trim().slice(0, 200);
  return {
    view: views.find((view) => view === word("view")) ?? "mine",
    text: word("q"),
    workflow: word("workflow"),
    tag: word("tag"),
    severity: severities.find((severity) => severity === word("severity")) ?? null,
    after: word("after") || null,
  };
}

/** The same as an address writes it: `?view=groups&q=refund`, or nothing. */
export function queryText({ view, text, workflow, tag, severity, after }: ListQuery): string {
  const parameters = new URLSearchParams();
  const given = {
    view: view === "mine" ? "" : view,
    q: text,
    workflow,
    tag,
    severity: severity ?? "",
    after: after ?? "",
  };
  for (const [name, value] of Object.entries(given)) if (value !== "") parameters.set(name, value);
  return parameters.size === 0 ? "" : `?${parameters}`;
}

/** Whether it leaves anything out. */
export const isFiltered = ({ text, workflow, tag, severity }: ListQuery): boolean =>
  text !== "" || workflow !== "" || tag !== "" || severity !== null;

/** The same list without filters, from its beginning. */
export const unfiltered = ({ view }: ListQuery): ListQuery => ({
  view,
  text: "",
  workflow: "",
  tag: "",
  severity: null,
  after: null,
});

/** What the engine is asked for. */
export function filterOf({ text, workflow, tag, severity }: ListQuery): HoldListFilter {
  return {
    ...(text === "" ? {} : { text }),
    ...(workflow === "" ? {} : { workflow }),
    ...(tag === "" ? {} : { tag }),
    ...(severity === null ? {} : { severity: [severity] }),
  };
}
