import { pageHeaders } from "../links/page.ts";
import { oneLine } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { inboxStyle } from "./style.ts";
import type { InboxVisit } from "./visit.ts";

/** Where the pages are, and who looks at them. */
export interface Place {
  path: string;
  visit: InboxVisit;
  now: Date;
}

const headers = pageHeaders(inboxStyle, "same-origin");

/** What proves that a form is one of ours. */
export const csrfField = ({ visit }: Place): string =>
  `<input type="hidden" name="csrf" value="${html(visit.csrfToken)}">`;

/** A page of the inbox, as a response. `body` is HTML whose parts are escaped already. */
export function inboxPage(place: Place, status: number, title: string, body: string): Response {
  const { path, visit } = place;
  const signOut =
    visit.signOut === undefined
      ? ""
      : `<form method="post" action="${html(path)}/sign-out">${csrfField(place)}<button class="quiet">Sign out</button></form>`;
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(oneLine(title))} · Holdpoint</title>
<style>${inboxStyle}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header class="bar"><a class="brand" href="${html(path)}"><i aria-hidden="true"></i>Holdpoint</a><p class="who">Signed in as <strong>${html(oneLine(visit.name ?? visit.person))}</strong></p>${signOut}</header>
<main id="content" class="shell">
${body}
</main>
</body>
</html>
`;
  return new Response(text, { status, headers });
}

/** Something that could not be shown or done, with the way back. */
export function inboxRefusal(place: Place, status: number, title: string, text: string): Response {
  const body = `<div class="card"><h1>${html(title)}</h1>\n<p>${html(text)}</p>\n<p><a href="${html(place.path)}">Back to the inbox</a></p></div>`;
  return inboxPage(place, status, title, body);
}

/** To another page of the inbox, once something is done: a reload repeats nothing. */
export const seeOther = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
