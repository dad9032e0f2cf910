import { expect, test } from "vitest";
import { base32, fromBase32, newTotpSecret, totpCode, totpStep, totpUri } from "./totp.ts";

test("codes are those of RFC 6238, appendix B, and RFC 4226, appendix D", () => {
  const secret = Buffer.from("12345678901234567890");
  const vectors: [number, string][] = [
    [59, "94287082"],
    [1_111_111_109, "07081804"],
    [1_111_111_111, "14050471"],
    [1_234_567_890, "89005924"],
    [2_000_000_000, "69279037"],
    [20_000_000_000, "65353130"],
  ];
  for (const [seconds, code] of vectors) expect(totpCode(secret, Math.floor(seconds / 30), 8)).toBe(code);
  const hotp = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
  expect(hotp.map((_, counter) => totpCode(secret, counter))).toEqual(hotp);
});

test("Base32 is that of RFC 4648, section 10, without padding", () => {
  const vectors = {
    "": "",
    f: "MY",
    fo: "MZXQ",
    foo: "MZXW6",
    foob: "MZXW6YQ",
    fooba: "MZXW6YTB",
    foobar: "MZXW6YTBOI",
  };
  for (const [text, encoded] of Object.entries(vectors)) {
    expect(base32(Buffer.from(text))).toBe(encoded);
    expect(Buffer.from(fromBase32(encoded)).toString()).toBe(text);
  }
  expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/);
  expect(totpUri("ABC", { issuer: "hp.example", name: "ana@x.example" })).toBe(
    "otpauth://totp/hp.example:ana%40x.example?secret=ABC&issuer=hp.example&algorithm=SHA1&digits=6&period=30",
  );
});

test("a code is good in its half minute, the one before and the one after, and never twice", () => {
  const secret = Buffer.from("12345678901234567890");
  const now = 1000 * 30_000 + 1;
  const stepOf = (step: number, after = 0) => totpStep(secret, totpCode(secret, step), { now, after });
  expect([998, 999, 1000, 1001, 1002].map((step) => stepOf(step))).toEqual([null, 999, 1000, 1001, null]);
  expect([stepOf(1000, 1000), stepOf(999, 1000), stepOf(1001, 1000)]).toEqual([null, null, 1001]);
  for (const code of ["", "000000", "12345", "abcdef", `${totpCode(secret, 1000)}0`])
    expect(totpStep(secret, code, { now, after: 0 })).toBeNull();
});
