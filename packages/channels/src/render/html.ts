import type { Line, Message } from "../notice/message.ts";
import { html } from "./escape.ts";

/** A message as the HTML part of a mail: no images, no scripts, nothing loaded. */
export function htmlOf(message: Message): string {
  const parts = [
    `<h1 style="font-size:20px;margin:0 0 8px">${html(message.title)}</h1>`,
    `<p style="margin:0 0 16px">${html(message.state)}</p>`,
    ...(message.consequence === null
      ? []
      : [
          `<p style="margin:0 0 16px;padding:8px 12px;border-left:4px solid #b45309;background:#fffbeb"><strong>If approved:</strong> ${html(message.consequence)}</p>`,
        ]),
    list(message.facts),
    ...section("What it rests on", message.evidence),
    ...section("To fill in", message.form),
    ...(message.options.length === 0 ? [] : [`<p>Options: ${message.options.map(html).join(", ")}</p>`]),
    ...(message.link === null
      ? []
      : [
          `<p style="margin:24px 0"><a href="${html(message.link)}" style="display:inline-block;padding:12px 18px;background:#1d4ed8;color:#fff;text-decoration:none;border-radius:4px">Look at it and decide</a></p>`,
          `<p style="color:#555;font-size:13px">This link is for you alone and works for a while. Please do not forward it.</p>`,
        ]),
  ];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${html(message.subject)}</title></head><body style="font-family:system-ui,sans-serif;font-size:15px;line-height:1.5;color:#111;max-width:40em;margin:0 auto;padding:16px;overflow-wrap:anywhere">${parts.join("\n")}</body></html>`;
}

const section = (title: string, lines: readonly Line[]): string[] =>
  lines.length === 0 ? [] : [`<h2 style="font-size:16px;margin:20px 0 8px">${html(title)}</h2>`, list(lines)];

/** Each label above its value: readable at any width, in any mail program. */
const list = (lines: readonly Line[]): string =>
  lines
    .map(
      ({ label, value }) =>
        `<p style="margin:0 0 10px;white-space:pre-wrap"><strong style="display:block;color:#57606a;font-size:13px;font-weight:600">${html(label)}</strong>${html(value)}</p>`,
    )
    .join("\n");
