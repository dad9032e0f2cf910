import { expect, test } from "vitest";
import { checkPassword, Passwords } from "./password.ts";

const cheap = 10;

test("a password is kept as a salted scrypt hash with the parameters that OWASP recommends", async () => {
  const kept = await new Passwords().hash("correct horse battery");
  expect(kept).toMatch(/^scrypt\$17\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  expect(await new Passwords(cheap).matches("correct horse battery", kept)).toBe(true);
});

test("only the password matches, in whatever Unicode form it is typed", async () => {
  const passwords = new Passwords(cheap);
  const kept = await passwords.hash("caf\u00e9 am See am Morgen");
  expect(await passwords.hash("caf\u00e9 am See am Morgen")).not.toBe(kept);
  expect(await passwords.matches("cafe\u0301 am See am Morgen", kept)).toBe(true);
  for (const wrong of ["", "cafe am See am Morgen", "caf\u00e9 am See am Morgen ", kept])
    expect(await passwords.matches(wrong, kept)).toBe(false);
  for (const broken of [null, "", "scrypt", "scrypt$10$8$1$x$y", "plain"])
    expect(await passwords.matches("", broken)).toBe(false);
});

test("a hash at a lower cost than today's is weak", async () => {
  const kept = await new Passwords(cheap).hash("correct horse battery");
  expect([new Passwords(cheap).isWeak(kept), new Passwords(cheap + 1).isWeak(kept)]).toEqual([false, true]);
});

test("two are derived at once at most, and a crowd is told to come back", async () => {
  let running = 0;
  let most = 0;
  class Watched extends Passwords {
    protected override async work(...call: Parameters<Passwords["work"]>) {
      most = Math.max(most, ++running);
      try {
        return await super.work(...call);
      } finally {
        running -= 1;
      }
    }
  }
  const passwords = new Watched(cheap);
  const all = await Promise.allSettled(Array.from({ length: 40 }, () => passwords.matches("x", null)));
  expect(most).toBe(2);
  const refused = all.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(8);
  expect(refused[0]).toMatchObject({ reason: { status: 503, code: "BUSY", headers: { "retry-after": "5" } } });
  expect(await passwords.matches("x", null)).toBe(false);
});

test("a password is long, not made of one's name, and has no rules about kinds of characters", () => {
  for (const good of [
    "correct horse battery",
    "all lower case letters",
    "ひらがなのながいあいことばです",
    "1 2 3 4 5 6 7 8",
  ])
    checkPassword(good, "ana");
  for (const bad of [
    "",
    "short",
    "elevenchars",
    "aaaaaaaaaaaaaaaa",
    "abababababababab",
    "x".repeat(300),
    "anaanaanaana12",
  ])
    expect(() => checkPassword(bad, "ana@example.com")).toThrow("the password must");
});
