import { expect, test } from "vitest";
import { oneLine, plainText } from "./plain-text.ts";

test("escape sequences of a run's text are shown, not obeyed", () => {
  expect(plainText("approve\u001b[2K\rreject")).toBe("approve␛[2K␍reject");
  expect(plainText("a\u0007b\u007fc\u009bd")).toBe("a␇b␡c<U+009B>d");
});

test("characters that turn the direction of reading are shown", () => {
  expect(plainText("pay \u202e001 to eve")).toBe("pay <U+202E>001 to eve");
  expect(plainText("a\u{e0041}b\ufeff")).toBe("a<U+E0041>b<U+FEFF>");
});

test("line ends, tabs and every other letter stay", () => {
  expect(plainText("one\n\ttwo – schön, 日本 👍")).toBe("one\n\ttwo – schön, 日本 👍");
});

test("a title stays on its line", () => {
  expect(oneLine("Refund\n\n$120\tnow")).toBe("Refund $120 now");
});
