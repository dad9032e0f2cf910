import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { maskAddress, maskName, maskSender, maskText } from "./mask.ts";
import { parseMail } from "./parse.ts";
import { learnPlainWords } from "./wordbook.ts";

test("an address keeps its first letters and its ending; its length is hidden", () => {
  expect(maskAddress("joe@example.com")).toBe("j••••@e••••••.com");
  expect(maskAddress("josephine.longname@a.very.long.example.org")).toBe("j••••@a••••••.org");
  expect(maskAddress("x@127.0.0.1")).toBe("x••••@1••••••");
  expect(maskAddress("no address")).toBe("n••••");
  expect(maskAddress("")).toBe("");
});

test("a name keeps its first letters", () => {
  expect(maskName("Joe van Smith")).toBe("J•••• v•••• S••••");
  expect(maskName("joe@example.com")).toBe("j••••@e••••••.com");
  expect(maskSender({ name: '"Joe Smith"', address: "joe@example.com" })).toBe("J•••• S•••• <j••••@e••••••.com>");
  expect(maskSender(null)).toBe("(no sender)");
});

test("a text loses addresses, telephone numbers and every word that is not a plain one", () => {
  const plain = new Set(["call", "me", "or", "write", "to", "the", "at"]);
  expect(
    maskText(
      "Call Joe at +1 (555) 123-4567, or see http://joe.example.com/~joe?x=1 or write to joe@example.com.",
      (word) => plain.has(word),
    ),
  ).toBe("Call J•••• at ••••, or s•••• http://j••••••.com/… or write to j••••@e••••••.com");
});

test("names are told from words by how they are written", () => {
  const mail = (text: string, name = "") => ({ subject: "", text, from: { name, address: "" } });
  const plain = learnPlainWords([
    mail("the report came from Kevin today, with a mark on it", "Kevin Hill"),
    mail("Dear Kevin, the report is in the news"),
    mail("ask kevin; kevin has the news in Paris", "Mark Hill"),
    mail("a kevin wrote this in Paris today; dear me", "Daily News"),
    mail("mark the report, mark my words, my dear, and go to Paris"),
    ...Array.from({ length: 12 }, () => mail("no news is good news")),
  ]);
  for (const word of ["report", "today", "dear", "news"]) expect(plain).toContain(word);
  for (const name of ["kevin", "mark", "hill", "paris"]) expect(plain).not.toContain(name);
});

test("what is kept of a mail names nobody, and cannot command a terminal", async () => {
  const raw = `From: Joe Smith <joe@example.com>\nTo: Mary Mark <mary@example.org>\nSubject: Mary, \u001b[31mcall mark\n\nDear Mary,\n\u001b]0;title\u0007please call Doctor Who at joe@example.com.\n\nJoe`;
  const plain = new Set(["dear", "please", "call", "mark", "at"]);
  const { sender, subject, excerpt } = digestOf(await parseMail(Buffer.from(raw)), plain);
  expect(sender).toBe("J•••• S•••• <j••••@e••••••.com>");
  expect(subject).toBe("M••••, call m••••");
  expect(excerpt).not.toMatch(/Mary|Joe|Who|joe@|[^\P{Cc}\n]/u);
  expect(excerpt).toContain("please call D••••");
});
