import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { buildCommand, type Running, type TestProject, testProject } from "../project.fixture.ts";

const config = `
import { defineConfig } from "holdpoint";
import { greet } from "./greet.ts";
export default defineConfig({ workflows: [greet] });
`;
const greet = (word: string): string => `
import { workflow } from "holdpoint";
import { existsSync, writeFileSync } from "node:fs";
export const greet = workflow({ name: "greet" }, async (ctx) => {
  const { approved } = await ctx.approve("ok", { title: "Greet them?" });
  await ctx.step("perhaps die", () => {
    if (!existsSync("die")) return;
    if (!existsSync("died")) {
      writeFileSync("died", "");
      process.exit(9);
    }
  });
  return approved ? "${word}" : "nothing";
});
`;

let project: TestProject;
let dev: Running;
beforeAll(() => buildCommand());
beforeEach(async () => {
  project = testProject({ "holdpoint.config.ts": config, "greet.ts": greet("hello") });
  dev = project.start(["dev"]);
  await dev.prints(/worker \d+ on sqlite \.holdpoint\/holdpoint\.db/);
});
afterEach(async () => {
  dev.child.kill("SIGTERM");
  await dev.ended;
  project.remove();
});

async function startRun(id: string): Promise<string> {
  const run = await project.holdpoint(["run", "greet", "--id", id]);
  expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(/a worker \(process \d+\) goes on with it/) });
  await dev.prints(new RegExp(`${id} … hold:ok {2}waits for a person`));
  const { holds } = await project.json<{ holds: { id: string }[] }>(["holds", "--run", id]);
  await dev.prints(`$ holdpoint decide ${holds[0]!.id} --approve`);
  return holds[0]!.id;
}

test("the worker executes what other commands deliver, and shows it", async () => {
  const hold = await startRun("g1");
  const [, url = ""] = /API (http\S+)\/api\/docs: you are signed in on this machine/.exec(dev.output()) ?? [];
  expect(await (await fetch(`${url}/api/v1/me`)).json()).toMatchObject({ id: "ana", roles: ["admin"] });
  expect(await (await fetch(`${url}/api/v1/holds/${hold}`)).json()).toMatchObject({ title: "Greet them?" });
  const decided = await project.json<{ worked: string }>(["decide", hold, "--approve", "--note", "do"]);
  expect(decided.worked).toBe("worker");
  await dev.prints("g1 → hold:ok approved  by ana · do");
  await dev.prints("g1 ■ completed  hello");
});

test("changed code is loaded anew, and a waiting run goes on with it", async () => {
  const hold = await startRun("g2");
  project.write("greet.ts", greet("good day"));
  await dev.prints(/greet\.ts changed: starting over[\s\S]*worker \d+ on sqlite/);
  await project.holdpoint(["decide", hold, "--approve"]);
  await dev.prints("g2 ■ completed  good day");
});

test("code that does not load is named, and waited for", async () => {
  project.write("greet.ts", "export const greet = ;\n");
  await dev.prints(/✗ holdpoint\.config\.ts does not load: .*[\s\S]*waiting for a change/);
  project.write("greet.ts", greet("again"));
  await dev.prints(/waiting for a change[\s\S]*worker \d+ on sqlite/);
  const hold = await startRun("g3");
  await project.holdpoint(["decide", hold, "--approve"]);
  await dev.prints("g3 ■ completed  again");
});

test("a worker that a step has killed is started again, and the run goes on", async () => {
  const hold = await startRun("g4");
  project.write("die", "");
  await project.holdpoint(["decide", hold, "--approve"]);
  await dev.prints("the worker ended by itself (9): starting it again in 1s");
  await dev.prints("g4 ■ completed  hello");
  expect(existsSync(join(project.directory, "died"))).toBe(true);
});

test("it stops when it is told to, and gives back what it had", async () => {
  await startRun("g5");
  dev.child.kill("SIGINT");
  expect(await dev.ended).toBe(0);
  const alone = await project.json<{ worked: string }>(["run", "greet", "--id", "g6"]);
  expect(alone.worked).toBe("here");
});
