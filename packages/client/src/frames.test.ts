import { expect, test } from "vitest";
import { framesOf } from "./frames.ts";

async function* cut(text: string, at: number): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += at) yield text.slice(from, from + at);
}

test("frames are the same however their text is cut, and what a value holds does not end them", async () => {
  // JSON leaves the line separators of Unicode as they are.
  const data = JSON.stringify({ text: "a\u2028b\u2029: c" });
  const text = `retry: 1000\n\n: here\n\nid: 1.2\nevent: told\ndata: ${data}\n\nid: 1.3\n\nid: never whole`;
  const expected = [
    { id: "", event: "", data: "" },
    { id: "", event: "", data: "" },
    { id: "1.2", event: "told", data },
    { id: "1.3", event: "", data: "" },
  ];
  for (const at of [1, 2, 7, text.length]) {
    const found = [];
    for await (const frames of framesOf(cut(text, at))) found.push(...frames);
    expect(found, `cut every ${at}`).toEqual(expected);
  }
});
