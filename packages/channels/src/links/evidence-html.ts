import type { Hold } from "@holdpoint/core";
import { oneLine } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { fieldsHtml, valueHtml } from "./value-html.ts";

/** All that a decision rests on: nobody decides on evidence that was cut off. */
export const evidenceHtml = (hold: Hold): string => [proposedHtml(hold), groundsHtml(hold)].filter(Boolean).join("\n");

/** What is proposed, as it stands now. */
export const proposedHtml = ({ action }: Pick<Hold, "action">): string =>
  action === null ? "" : section(`Proposed: ${oneLine(action.name)}`, valueHtml(action.arguments));

/** What speaks for and against it. */
export function groundsHtml({ context, progress, links, attachments }: Hold): string {
  const answered = progress.questions.flatMap(({ text, answer }) => (answer ? [[text, answer.text] as const] : []));
  return [
    context !== undefined && context !== null && section("What it rests on", valueHtml(context)),
    answered.length > 0 && section("Questions", fieldsHtml(answered)),
    links.length > 0 && section("Read more", list(links.map(({ title, url }) => linkHtml(title, url)))),
    attachments.length > 0 && section("Files", list(attachments.map(fileHtml))),
  ]
    .filter(Boolean)
    .join("\n");
}

const section = (title: string, body: string): string => `<section><h2>${html(title)}</h2>\n${body}</section>`;

const list = (items: readonly string[]): string => `<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;

/** The address itself is what is clicked on, so that no title hides where it leads; anything but http is text. */
function linkHtml(title: string, url: string): string {
  const shown = html(oneLine(url));
  const isPage = /^https?:\/\//i.test(url);
  return `${html(oneLine(title))}: ${isPage ? `<a href="${shown}" rel="noopener noreferrer nofollow">${shown}</a>` : shown}`;
}

function fileHtml({ name, sha256, url }: Hold["attachments"][number]): string {
  const named = url === undefined ? html(oneLine(name)) : linkHtml(name, url);
  return `${named}<br><code>SHA-256 ${html(oneLine(sha256))}</code>`;
}
