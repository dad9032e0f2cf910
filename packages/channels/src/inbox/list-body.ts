import type { Hold, InboxCounts } from "@holdpoint/core";
import { endOf, endWords, timeText } from "../notice/deadline.ts";
import { oneLine, shortened } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import type { List } from "./list.ts";
import { isFiltered, type ListQuery, queryText, severities, unfiltered, type View, views } from "./list-query.ts";
import type { Place } from "./shell.ts";
import { farAway, timeHtml } from "./time-html.ts";

/** What each view is called. */
export const viewNames: Readonly<Record<View, string>> = {
  mine: "Needs you",
  groups: "My groups",
  unclaimed: "Unclaimed",
  open: "All open",
  closed: "Decided",
};

/** The list: views with how much is in them, the filter, a page of holds. */
export function listBody(place: Place, query: ListQuery, { page, counts }: List): string {
  const { view, after } = query;
  const title = viewNames[view];
  return [
    '<div class="list">',
    viewsHtml(place, query, counts),
    `<div><h1>${title}</h1>`,
    filterHtml(place, query),
    page.items.length === 0
      ? emptyHtml(place, query, counts, page.cursor !== null)
      : rowsHtml(place, query, page.items),
    '<nav class="more" aria-label="Pages">',
    after === null ? "" : `<a href="${address(place, { ...query, after: null })}">To the beginning</a>`,
    page.cursor === null
      ? ""
      : `<a rel="next" href="${address(place, { ...query, after: page.cursor })}">Show more</a>`,
    "</nav></div></div>",
  ].join("\n");
}

/** A list's address, for an attribute. */
export const address = ({ path }: Place, query: ListQuery): string => html(`${path}${queryText(query)}`);

/** A hold's address within a list, for an attribute. */
export const holdAddress = ({ path }: Place, id: string, query: ListQuery): string =>
  html(`${path}/${encodeURIComponent(id)}${queryText(query)}`);

function viewsHtml(place: Place, query: ListQuery, counts: InboxCounts): string {
  const more = counts.complete ? "" : "+";
  const items = views.map((view) => {
    const count = view === "closed" ? "" : ` <b>${counts[view]}${more}</b>`;
    const current = view === query.view ? ' aria-current="page"' : "";
    return `<li><a href="${address(place, { ...query, view, after: null })}"${current}><span>${viewNames[view]}</span>${count}</a></li>`;
  });
  return `<nav class="views" aria-label="Views"><ul>${items.join("")}</ul></nav>`;
}

function filterHtml(place: Place, query: ListQuery): string {
  const { view, text, workflow, severity, tag } = query;
  const hidden = (name: string, value: string): string =>
    value === "" ? "" : `<input type="hidden" name="${name}" value="${html(value)}">`;
  const names = [...new Set(place.visit.engine.workflows().map(({ name }) => name))];
  const known = workflow === "" || names.includes(workflow) ? names : [workflow, ...names];
  const option = (value: string, words: string, chosen: boolean): string =>
    `<option value="${html(value)}"${chosen ? " selected" : ""}>${html(words)}</option>`;
  return [
    `<form class="filter" method="get" action="${html(place.path)}" role="search" aria-label="Filter">`,
    hidden("view", view === "mine" ? "" : view),
    hidden("tag", tag),
    `<div><label for="q">Search</label><input type="search" id="q" name="q" maxlength="200" value="${html(text)}"></div>`,
    `<div><label for="workflow">Workflow</label><select id="workflow" name="workflow">${option("", "any", workflow === "")}${known.map((name) => option(name, name, name === workflow)).join("")}</select></div>`,
    `<div><label for="severity">Severity</label><select id="severity" name="severity">${option("", "any", severity === null)}${severities.map((one) => option(one, one, one === severity)).join("")}</select></div>`,
    "<button>Filter</button>",
    "</form>",
    chipsHtml(place, query),
  ].join("\n");
}

/** What is filtered by, each to be taken away. */
function chipsHtml(place: Place, query: ListQuery): string {
  if (!isFiltered(query)) return "";
  const chip = (words: string, without: Partial<ListQuery>): string =>
    `<a href="${address(place, { ...query, after: null, ...without })}">${html(words)} <span aria-hidden="true">×</span><span class="away"> (take away)</span></a>`;
  return `<p class="chips">${[
    query.text === "" ? "" : chip(`“${query.text}”`, { text: "" }),
    query.workflow === "" ? "" : chip(query.workflow, { workflow: "" }),
    query.tag === "" ? "" : chip(`#${query.tag}`, { tag: "" }),
    query.severity === null ? "" : chip(query.severity, { severity: null }),
  ].join("")}</p>`;
}

/** Nothing there is not the same as nothing left by a filter. */
function emptyHtml(place: Place, query: ListQuery, counts: InboxCounts, isMore: boolean): string {
  if (isMore)
    return '<div class="card empty"><p>None of the holds that were looked at so far fits. Show more to look further.</p></div>';
  if (isFiltered(query)) {
    return `<div class="card empty"><h2>Nothing fits this filter</h2><p><a href="${address(place, unfiltered(query))}">Show ${viewNames[query.view].toLowerCase()} without it</a></p></div>`;
  }
  const { open, complete } = counts;
  const others =
    query.view !== "open" && query.view !== "closed" && open > 0
      ? `<p><a href="${address(place, { ...unfiltered(query), view: "open" })}">${open}${complete ? "" : "+"} open for others</a></p>`
      : "";
  const words = { mine: "Nothing needs you", groups: "Nothing for your groups", unclaimed: "Nothing is unclaimed" };
  const title =
    query.view === "open" ? "Nothing is open" : query.view === "closed" ? "Nothing was decided yet" : words[query.view];
  const soft =
    query.view === "closed" ? "" : "<p>When a run needs a person, it waits here: for minutes or for weeks.</p>";
  return `<div class="card empty"><h2>${title}</h2>${soft}${others}</div>`;
}

const rowsHtml = (place: Place, query: ListQuery, holds: readonly Hold[]): string =>
  `<ul class="rows">${holds.map((hold) => rowHtml(place, query, hold)).join("\n")}</ul>`;

function rowHtml(place: Place, query: ListQuery, hold: Hold): string {
  const { visit, now } = place;
  const consequence = hold.consequence === null ? "" : `<p>${html(shortened(oneLine(hold.consequence), 160))}</p>`;
  const holder = hold.progress.claimedBy ?? hold.progress.assignedTo;
  const meta = [
    `<span class="badge ${hold.severity}">${hold.severity}</span>`,
    `<span>${html(oneLine(hold.workflow))} · ${html(shortened(oneLine(hold.runId), 40))}</span>`,
    `<span>asked ${timeHtml(hold.openedAt, now)}</span>`,
    votesHtml(hold),
    hold.status !== "open" || holder === null
      ? ""
      : holder === visit.person
        ? '<span class="mine-too">you have it</span>'
        : `<span>${html(oneLine(holder))} has it</span>`,
    ...hold.tags.map(
      (tag) =>
        `<a class="tag" href="${address(place, { ...query, tag: tag.slice(0, 200), after: null })}">#${html(oneLine(tag))}</a>`,
    ),
  ];
  return `<li class="${hold.severity}"><div><h2><a href="${holdAddress(place, hold.id, query)}">${html(oneLine(hold.title))}</a></h2>${consequence}<p class="meta">${meta.join(" ")}</p></div>${dueHtml(hold, now)}</li>`;
}

function votesHtml({ status, progress, revision, reviewers }: Hold): string {
  const [stage, ...more] = reviewers?.stages ?? [];
  if (status !== "open" || stage === undefined || (stage.quorum === 1 && more.length === 0)) return "";
  const votes = progress.votes.filter(({ round }) => round === revision).length;
  return more.length > 0
    ? `<span>${votes} of ${more.length + 1} or more sign-offs</span>`
    : `<span>${votes} of ${stage.quorum} votes</span>`;
}

/** What happens next by itself, or what became of it. */
function dueHtml(hold: Hold, now: Date): string {
  if (hold.status !== "open") {
    const by = hold.decidedBy === null ? "" : ` by ${html(oneLine(hold.decidedBy))}`;
    return `<p class="due">${outcomeWord(hold)}${by}${hold.closedAt === null ? "" : `<br>${timeHtml(hold.closedAt, now)}`}</p>`;
  }
  const end = endOf(hold);
  const soon = end !== null && end.getTime() - now.getTime() < 86_400_000 ? " soon" : "";
  if (end !== null)
    return `<p class="due${soon}" title="${html(timeText(end))}">${endsWords(hold)} ${farAway(end, now)}</p>`;
  return `<p class="due">${hold.progress.pausedAt === null ? "no deadline" : "waits for an answer"}</p>`;
}

const endsWords = (hold: Hold): string => {
  const words = endWords(hold);
  return words === "expired" ? "expires" : `${words} by itself`;
};

/** What became of a closed hold, in a word. */
export function outcomeWord({ status, decision }: Hold): string {
  if (status !== "decided" && status !== "answered") return status;
  const approved = (decision?.value as { approved?: unknown } | null | undefined)?.approved;
  return approved === true ? "approved" : approved === false ? "rejected" : "answered";
}
