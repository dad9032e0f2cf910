import { expect, test } from "vitest";
import { listCorpus, readMail } from "./corpus.ts";
import { fingerprint } from "./fingerprint.ts";
import { purposeOf, splitCorpus } from "./split.ts";

const letter = (code: number, extra = ""): Uint8Array =>
  Buffer.from(
    `Subject: number ${code}\nDate: ${code}\n\nDear friend, we make you an offer that you will hardly find anywhere else in the
whole wide world: a house, a garden and a view of the sea for the price of a cup of coffee. Go to
http://www.example.com/?id=${code} or write to box${code}@example.com before the week is over. ${extra} Ref ${code * 7}`,
  );

test("a letter sent again with another code, link and date is recognised", () => {
  expect(fingerprint(letter(1)).exact).toBe(fingerprint(letter(99)).exact);
});

test("a letter with a sentence more shares a band with the first; another letter shares none", () => {
  const first = new Set(fingerprint(letter(1)).bands);
  const longer = fingerprint(letter(2, "Hurry.")).bands;
  const other = fingerprint(
    Buffer.from(
      "\n\nThe committee meets on Monday in the small hall to speak about the roof, the budget and the choir.",
    ),
  ).bands;
  expect(longer.some((band) => first.has(band))).toBe(true);
  expect(other.some((band) => first.has(band))).toBe(false);
});

test("bodies without words are told apart by their bytes", () => {
  expect(fingerprint(Buffer.from("Subject: a\n\nR0lGOD1"))).not.toEqual(
    fingerprint(Buffer.from("Subject: a\n\nR0lGOD2")),
  );
});

test("of copies only the first is kept", () => {
  const mails = [1, 2, 3].map((n) => ({ name: `m${n}`, group: "g", label: "spam" as const, path: "" }));
  const splits = splitCorpus(mails, [letter(1), letter(2), letter(3, "Hurry.")].map(fingerprint));
  expect(
    Object.values(splits)
      .flat()
      .map(({ name }) => name),
  ).toEqual(["m1"]);
});

test("the splits of the real corpus share no letter, not even as a near copy, and have the sizes they need", () => {
  const mails = listCorpus();
  const prints = mails.map((mail) => fingerprint(readMail(mail)));
  const splits = splitCorpus(mails, prints);
  const printOf = new Map(mails.map((mail, at) => [mail.name, prints[at]]));
  const owner = new Map<string, string>();
  for (const [purpose, letters] of Object.entries(splits)) {
    for (const { name, digest } of letters) {
      expect(purposeOf(digest)).toBe(purpose);
      for (const key of [digest, ...(printOf.get(name)?.bands ?? [])]) {
        expect(owner.get(key) ?? purpose, `${name} has a copy in another split`).toBe(purpose);
        owner.set(key, purpose);
      }
    }
  }
  expect(mails).toHaveLength(6046);
  expect(splits.train.length).toBeGreaterThan(2000);
  expect(splits.calibrate.length).toBeGreaterThan(900);
  expect(splits.triage.length).toBeGreaterThan(800);
  expect(splits.evaluate.length).toBeGreaterThan(600);
  for (const letters of Object.values(splits)) {
    const spam = letters.filter(({ label }) => label === "spam").length / letters.length;
    expect(spam).toBeGreaterThan(0.18);
    expect(spam).toBeLessThan(0.3);
  }
});
