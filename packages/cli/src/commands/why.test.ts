import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";
import { shopProject } from "../shop.fixture.ts";

let project: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject(shopProject);
});
afterAll(() => project.remove());

const hp = (...args: string[]) => project.holdpoint(args);

test("why names who may decide what, for how long it has been open, what the deadline does, and what to type", async () => {
  await hp("run", "refund", "--input", '{"orderId":"A-7","amount":120}', "--id", "why-refund");
  const { stdout, code } = await hp("why", "why-refund");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^why-refund {2}refund v1 {2}parked, waits for a person\n/);
  expect(stdout).toMatch(
    / {2}it waits for anybody to decide "Refund \$120 for order A-7" \(high\), open for \S+; it is decided without them in 2d 23h\n/,
  );
  expect(stdout).toMatch(/\$ holdpoint decide h_\S+ --approve\n {2}\$ holdpoint decide h_\S+ --reject\n/);
  const json = await project.json<{ waits: { type: string; hold: { name: string } }[] }>(["why", "why-refund"]);
  expect(json.waits).toMatchObject([{ type: "hold", hold: { name: "approve refund" } }]);
});

test("why says which message is waited for, how long a run sleeps, and where a failed one can go on", async () => {
  await hp("run", "wait", "--id", "why-wait");
  expect((await hp("why", "why-wait")).stdout).toContain(
    'it waits for the message "go"\n  $ holdpoint runs signal why-wait go --value JSON\n',
  );
  await hp("run", "nap", "--id", "why-nap");
  expect((await hp("why", "why-nap")).stdout).toMatch(
    /it sleeps until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, in (59m \d+s|1h)\n/,
  );
  await hp("run", "deliver", "--id", "why-parcel");
  expect((await hp("why", "why-parcel")).stdout).toMatch(/it has failed; .*\n {2}\$ holdpoint runs retry why-parcel\n/);
  await hp("runs", "pause", "why-nap", "--by", "ana");
  expect((await hp("why", "why-nap")).stdout).toContain("ana paused it: it begins nothing new until it is resumed");
});

test("why says when nobody is there to go on, and does not know what is not there", async () => {
  expect((await hp("why", "why-wait")).stdout).toContain("no live worker has code for wait v1: nobody goes on with it");
  const unknown = await hp("why", "nothing");
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/run "?nothing"?/);
});
