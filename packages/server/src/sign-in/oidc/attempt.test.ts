import { expect, test } from "vitest";
import { Browser } from "../fixtures/office.ts";
import { Attempts } from "./attempt.ts";

const secret = "at least 32 characters nobody can guess";
const attempt = { state: "s", nonce: "n", verifier: "the code verifier", returnTo: "/" };
const began = Date.UTC(2026, 10, 21);

test("a sign-in under way is sealed, for one provider and client, and good for ten minutes", async () => {
  const attempts = new Attempts(secret, "https://login.example holdpoint", true);
  const browser = new Browser();
  const header = await attempts.begin(attempt, began);
  expect(header).toMatch(/^__Host-holdpoint-sign-in=[\w.-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  expect(header).not.toContain(Buffer.from("verifier").toString("base64url").slice(0, 8));
  browser.take([header]);
  const request = browser.request("https://hp.example");
  expect(await attempts.of(request, began + 599_000)).toMatchObject(attempt);
  expect(await attempts.of(request, began + 600_000)).toBeNull();
  expect(await new Attempts(secret, "https://other.example holdpoint", true).of(request, began)).toBeNull();
  expect(await new Attempts(secret, "https://login.example other", true).of(request, began)).toBeNull();
  expect(await new Attempts(`${secret}!`, "https://login.example holdpoint", true).of(request, began)).toBeNull();
});
