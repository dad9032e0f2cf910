import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { placesIn } from "../program/places.ts";
import { openMailroom } from "./mailroom.ts";

const places = () => placesIn(mkdtempSync(join(tmpdir(), "mailroom-")));
const bytes = Buffer.from("From: a@example.com\n\nhello");

test("a mail moved twice is moved once, and the second time is success", () => {
  const room = openMailroom(places());
  room.put("a.eml", "incoming", bytes);
  room.move("a.eml", "inbox");
  room.move("a.eml", "inbox");
  expect(room.find("a.eml")).toBe("inbox");
  expect(Buffer.from(room.read("a.eml")).equals(bytes)).toBe(true);
});

test("a mail that is nowhere is an error that says what to do", () => {
  expect(() => openMailroom(places()).move("absent.eml", "inbox")).toThrow(/absent\.eml is in none of .*npm start/);
});

test("a half-written file is noticed, and put again whole without leaving drafts", () => {
  const where = places();
  const room = openMailroom(where);
  room.put("a.eml", "incoming", bytes.subarray(0, 5));
  expect(room.isWhole("a.eml", bytes.length)).toBe(false);
  room.put("a.eml", "incoming", bytes);
  expect(room.isWhole("a.eml", bytes.length)).toBe(true);
  expect(readdirSync(where.folder.incoming)).toEqual(["a.eml"]);
});
