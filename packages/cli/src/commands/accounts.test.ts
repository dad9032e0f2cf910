import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

const config = `
import { createOutbox, mail, terminal, toReviewers } from "@holdpoint/channels";
import { defineConfig } from "holdpoint";
export default defineConfig({
  workflows: [],
  retention: { runs: "7d" },
  outbox: createOutbox({
    channels: { memo: terminal({ write: () => {} }), mail: mail({ smtp: "smtp://u:secret@127.0.0.1:1", from: "a@example.com" }) },
    route: toReviewers({ channel: "memo" }),
  }),
});
`;

let project: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject({ "holdpoint.config.ts": config });
}, 120_000);
afterAll(() => project.remove());

test("accounts are invited, listed, withdrawn and refused on the command line, and it is in the audit log", async () => {
  const url = ["--url", "https://holds.example.com"];
  const invited = await project.json<{ id: string; link: string }>([
    "accounts",
    "invite",
    "Ana",
    "--role",
    "admin",
    ...url,
  ]);
  expect(invited.link).toMatch(/^https:\/\/holds\.example\.com\/invitation#[\w-]{43}$/);
  const { invitations } = await project.json<{ invitations: { account: string }[] }>(["accounts", "invitations"]);
  expect(invitations).toMatchObject([{ account: "ana", id: invited.id }]);
  await project.json(["accounts", "withdraw", invited.id]);
  expect(await project.json(["accounts", "invitations"])).toEqual({ invitations: [] });
  const none = await project.holdpoint(["accounts", "disable", "ana"]);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('there is no account "ana"')]);
  const wrong = await project.holdpoint(["accounts", "invite", "ben", "--role", "reviewr"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("reviewer")]);
  const { lines } = await project.json<{ lines: { action: string; outcome: string }[] }>(["audit", "list"]);
  expect(lines.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    "invitations.withdraw done",
    "invitations.withdraw asked",
    "accounts.invite done",
    "accounts.invite asked",
  ]);
});

test("clients are registered, replaced and revoked on the command line, and signing keys rotated", async () => {
  const made = await project.json<{ id: string; secret: string }>([
    "clients",
    "register",
    "robot",
    "--role",
    "operator",
  ]);
  const next = await project.json<{ secret: string }>(["clients", "rotate", made.id, "--overlap", "1h"]);
  expect(next.secret).not.toBe(made.secret);
  const { stdout } = await project.holdpoint(["clients"]);
  expect(stdout).toMatch(/robot +operator +two until/);
  await project.json(["clients", "revoke", made.id]);
  expect(await project.json(["clients"])).toEqual({ clients: [] });
  await project.json(["clients", "rotate-signing-key"]);
  const { keys } = await project.json<{ keys: { state: string }[] }>(["clients", "signing-keys"]);
  expect(keys.map(({ state }) => state)).toContain("next");
  expect(await project.json(["sessions"])).toEqual({ sessions: [], more: false });
});

test("people, groups and substitutions are listed, added and removed on the command line, and it is in the audit log", async () => {
  await project.json(["people", "add", "ana", "--name", "Ana Lima", "--mail", "ana@example.com", "--by", "root"]);
  await project.json(["groups", "add", "finance", "ana", "--by", "root"]);
  const { group } = await project.json<{ group: { members: string[] } }>(["groups", "add", "finance", "ben"]);
  expect(group.members).toEqual(["ana", "ben"]);
  const { stdout } = await project.holdpoint(["people", "--search", "lima"]);
  expect(stdout).toMatch(/ana +Ana Lima +ana@example\.com +finance/);
  const made = await project.json<{ substitution: { id: string } }>([
    ...["substitutions", "add", "ana", "ben", "--until", "2099-08-15", "--group", "finance"],
  ]);
  expect((await project.holdpoint(["substitutions", "--person", "ben"])).stdout).toMatch(
    /ana +ben .*as finance +active/,
  );
  const wrong = await project.holdpoint(["substitutions", "add", "ana", "ana"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("must be somebody else")]);
  await project.json(["substitutions", "remove", made.substitution.id]);
  await project.json(["groups", "remove", "finance", "ben"]);
  await project.json(["people", "remove", "ana"]);
  expect(await project.json(["groups"])).toMatchObject({ groups: [{ name: "finance", members: [] }] });
  await project.json(["groups", "remove", "finance"]);
  expect(await project.json(["groups"])).toEqual({ groups: [] });
  const { lines } = await project.json<{ lines: { action: string; outcome: string; by: string }[] }>(["audit", "list"]);
  expect(lines.filter(({ by }) => by === "root").map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    "groups.put done",
    "groups.put asked",
    "people.put done",
    "people.put asked",
  ]);
});

test("channels are listed without secrets and tested on the command line, and retention is shown", async () => {
  const { stdout } = await project.holdpoint(["channels"]);
  expect(stdout).toMatch(/memo +terminal +unknown/);
  expect(stdout).toMatch(/mail +mail at 127\.0\.0\.1:1 +unknown/);
  expect(stdout).not.toContain("secret");
  expect(await project.json(["channels", "test", "memo"])).toMatchObject({ ok: true });
  const nobody = await project.holdpoint(["channels", "test", "mail", "--to", "nobody"]);
  expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining("no mail address")]);
  const shown = await project.json<{ runsMs: number; due: { runs: number } }>(["retention"]);
  expect([shown.runsMs, shown.due.runs]).toEqual([7 * 86_400_000, 0]);
  expect((await project.holdpoint(["retention"])).stdout).toMatch(/finished runs stay 7 days.*\ndue now: 0 runs/);
});
