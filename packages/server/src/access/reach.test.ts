import { expect, test } from "vitest";
import { beyond, permissionsOf, reaches, reachOf } from "./reach.ts";

const limited = (role: "viewer" | "operator" | "admin", ...workflows: string[]) => ({ roles: [role], workflows });

test("a role for some workflows reaches those of these names, and those that begin so", () => {
  const reach = reachOf(limited("viewer", "refund", "pay-*"), "runs:read");
  expect(["refund", "pay-", "pay-out", "refunds", "xpay-", "pay"].map((one) => reaches(reach, one))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(reaches(reachOf(limited("viewer", "*"), "runs:read"), "anything")).toBe(true);
});

test("an administrator of some workflows has nothing that is of no workflow", () => {
  const some = permissionsOf(limited("admin", "*"));
  for (const one of ["keys:manage", "access:manage", "audit:read", "events:emit"] as const)
    expect(some.has(one)).toBe(false);
  expect(some.has("runs:control")).toBe(true);
});

test("rights beyond one's own are found: another permission, another workflow, a wider beginning", () => {
  const own = limited("operator", "pay-*", "refund");
  expect(beyond(limited("operator", "pay-out*", "pay-in", "refund"), own)).toEqual([]);
  expect(beyond(limited("viewer", "pay*"), own)).toContain("runs:read");
  expect(beyond(limited("viewer", "refunds"), own)).toContain("runs:read");
  expect(beyond(limited("viewer", "refund*"), own)).toContain("runs:read");
  expect(beyond({ roles: ["viewer"] }, own)).toContain("runs:read");
  expect(beyond(limited("admin", "refund"), own)).toContain("holds:decide");
  expect(beyond(limited("admin", "x"), { roles: ["admin"] })).toEqual([]);
});
