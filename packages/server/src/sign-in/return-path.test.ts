import { expect, test } from "vitest";
import { setCookie } from "./cookie.ts";
import { checkReturnPaths, returnPath } from "./return-path.ts";
import { isSecretText, newSecretText, sameText } from "./secret-text.ts";

const allowed = ["/console", "/runs"];

test("after signing in somebody goes to a path that is allowed, and nowhere else", () => {
  for (const good of ["/console", "/console/inbox", "/runs/7?tab=journal#step-2", "/runs?x=//y"])
    expect(returnPath(good, allowed)).toBe(good);
  for (const other of [
    "/",
    "/api/v1/runs",
    "/consoles",
    "/console/../api",
    "/console/%2e%2e/api",
    "/console/./../..//evil.example",
  ])
    expect([other, returnPath(other, allowed)]).toEqual([other, "/console"]);
  expect(returnPath(null, allowed)).toBe("/console");
});

test("what a browser would read as another site is no path (open redirect)", () => {
  const elsewhere = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https:evil.example",
    "/.//evil.example",
    "/console/..//evil.example",
    "/a/..//evil.example",
    "evil.example",
    "@evil.example",
    "",
    "?x",
    "#x",
    "/\u0000",
    "/\u2028",
    "//[",
    `/${"x".repeat(3000)}`,
  ];
  for (const one of elsewhere) {
    const path = returnPath(one, ["/"]);
    expect([one, new URL(path, "https://hp.example").origin, path.startsWith("//")]).toEqual([
      one,
      "https://hp.example",
      false,
    ]);
  }
});

test("nothing that somebody sends begins another header", () => {
  for (const one of ["/console\r\nset-cookie: a=b", "/console\nx: y", "/console\u000dx"])
    expect(returnPath(one, allowed)).toBe("/console");
  for (const value of ["a\r\nset-cookie: x=y", "a; Domain=evil.example", "a,b", 'a"b', "é"])
    expect(() => setCookie("x", value, { secure: true, maxAge: 1 })).toThrow("cookie: name and value");
  expect(() => setCookie("x; y", "1", { secure: true, maxAge: 1 })).toThrow("cookie: name and value");
});

test("paths to come back to are paths", () => {
  for (const bad of [[], ["console"], ["//x"], ["/x/"], ["https://x.example"]])
    expect(() => checkReturnPaths(bad, "oidc")).toThrow("oidc.returnPaths: must be paths");
});

test("secrets are compared whole, whatever their lengths", () => {
  const secret = newSecretText();
  expect(isSecretText(secret)).toBe(true);
  expect(sameText(secret, `${secret}`)).toBe(true);
  for (const other of ["", secret.slice(1), `${secret}A`, `B${secret.slice(1)}`, newSecretText()])
    expect(sameText(secret, other === secret ? "" : other)).toBe(false);
});
