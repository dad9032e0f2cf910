import { expect, test } from "vitest";
import { readHtml } from "./html.ts";

test("the visible text is read: no scripts, styles or comments, entities decoded, inline tags do not part words", () => {
  const { text, facts } = readHtml(
    "<html><head><title>t</title></head><body><style>p{}</style>V<b></b>iag<!-- x -->ra&nbsp;&amp;&#32;co<br>next<script>evil()</script></body>",
  );
  expect(text.replace(/[ \t]+/g, " ").trim()).toBe("Viagra & co\nnext");
  expect(facts.comments).toBe(1);
  expect(facts.scripts).toBe(1);
});

test("links, images that report, forms and colours are counted", () => {
  const { facts } = readHtml(
    `<a href="http://a.example">a</a><A HREF=http://b.example>b</A><img src=x.gif width=1 height=1><img src="y.gif?id=7"><img src=z.gif><form><font color=red>`,
  );
  expect(facts).toMatchObject({
    links: ["http://a.example", "http://b.example"],
    images: 3,
    beacons: 2,
    forms: 1,
    colours: 1,
  });
});

test.each([
  ["open brackets", "<".repeat(240_000)],
  ["scripts without an end", "<script>".repeat(30_000)],
  ["comments without an end", "<!--".repeat(60_000)],
  ["attributes without an end", `<a ${"href = ".repeat(30_000)}>`],
  ["ampersands", "&".repeat(240_000)],
])("hostile markup costs no more than other markup: %s", (_, html) => {
  readHtml(html); // quadratic reading would take minutes: the test's own limit of time is the bound
});
