import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buildCommand, hasProgram, type TestProject, testProject } from "../project.fixture.ts";
import { shopProject } from "../shop.fixture.ts";
import { openScreen, type Screen } from "./screen.fixture.ts";

const onTerminal = test.skipIf(!hasProgram("tmux"));
const title = (text: string): string => (hasProgram("tmux") ? text : `${text} (skipped: install tmux)`);

let project: TestProject;
let screen: Screen | null = null;
beforeAll(() => {
  buildCommand();
  project = testProject(shopProject);
});
afterEach(() => {
  screen?.close();
  screen = null;
});
afterAll(() => project.remove());

async function holdOf(id: string, amount: number): Promise<string> {
  const input = JSON.stringify({ orderId: "A-7", amount });
  const { holds } = await project.json<{ holds: { id: string }[] }>(["run", "refund", "--id", id, "--input", input]);
  return holds[0]!.id;
}
const runOf = async (id: string) =>
  (await project.json<{ run: { status: string }; holds: { title: string }[] }>(["runs", "show", id])) as {
    run: { status: string };
    output?: unknown;
    holds: { title: string }[];
  };

onTerminal(title("a person reads a high hold, approves it with a note, and sees what becomes of it"), async () => {
  const hold = await holdOf("screen-1", 120);
  screen = openScreen(["decide", hold], { cwd: project.directory });
  await screen.shows(/○ approve\s+│\s+● reject/);
  expect(screen.read()).toContain("Your decision");
  for (const part of ["Refund $120 for order A-7", "The money leaves our account today.", "customer: Ana Okafor"])
    expect(screen.read()).toContain(part);
  // No is chosen until somebody chooses yes.
  screen.press("Up", "Enter");
  await screen.shows("Which option?");
  expect(screen.read()).not.toMatch(/[○●] fraud/);
  screen.press("Enter");
  await screen.shows("Note (may stay empty)");
  screen.press("looks right", "Enter");
  await screen.shows("As ana: approve?");
  expect(screen.read()).toContain("○ Yes / ● No");
  screen.press("y");
  await screen.shows("exit 0");
  expect(screen.read()).toContain("✓ decided by ana");
  expect(screen.read()).toContain("Where to?");
  const { audit } = await project.json<{ audit: { action: string; actor: string | null }[] }>(["holds", "show", hold]);
  expect(audit.at(-1)).toMatchObject({ action: "decided", actor: "ana", channel: "cli" });
});

onTerminal(title("a critical hold takes the word typed out, also when the answer was given"), async () => {
  const hold = await holdOf("screen-2", 5000);
  screen = openScreen(["decide", hold, "--approve", "--yes"], { cwd: project.directory });
  await screen.shows('This is critical. As ana, type "approve" to approve');
  screen.press("yes", "Enter");
  await screen.shows("exit 1");
  expect(screen.read()).toContain("nothing was done");
  screen.close();
  screen = openScreen(["decide", hold, "--approve"], { cwd: project.directory });
  await screen.shows("This is critical");
  screen.press("approve", "Enter");
  await screen.shows("exit 0");
  expect((await runOf("screen-2")).holds[0]?.title).toBe("Where to?");
});

onTerminal(title("a form is asked for field by field; a value that does not fit is asked for again"), async () => {
  const hold = await holdOf("screen-3", 50);
  screen = openScreen(["decide", hold], { cwd: project.directory, columns: 70 });
  await screen.shows("◆  account");
  screen.press("DE8937", "Enter");
  await screen.shows("◆  urgent");
  screen.press("y");
  await screen.shows("◆  kind");
  screen.press("Down", "Enter");
  await screen.shows("Note");
  screen.press("Enter");
  await screen.shows(/As ana: answer \{"account":"DE8937"/);
  screen.press("y");
  await screen.shows("exit 0");
  expect((await runOf("screen-3")).output).toEqual({
    status: "refunded",
    to: { account: "DE8937", urgent: true, kind: "card" },
  });
});

onTerminal(title("Ctrl-C at a question decides nothing"), async () => {
  const hold = await holdOf("screen-4", 120);
  screen = openScreen(["decide", hold], { cwd: project.directory });
  await screen.shows("Your decision");
  screen.press("C-c");
  await screen.shows("exit 1");
  expect(screen.read()).toContain("nothing was decided");
  expect((await runOf("screen-4")).run.status).toBe("parked");
});

onTerminal(title("tables fit the screen, with colours unless NO_COLOR is set"), async () => {
  await holdOf("screen-5-with-a-rather-long-public-id", 120);
  for (const columns of [60, 90, 140]) {
    screen = openScreen(["holds"], { cwd: project.directory, columns });
    await screen.shows("exit 0");
    const whole = screen.read().split("\n");
    const lines = whole.slice(whole.findIndex((line) => line.startsWith("HOLD")));
    const rows = lines.filter((line) => line.startsWith("h_"));
    expect(rows.length).toBeGreaterThan(0);
    // A line that was too long would go on in the next one.
    expect(lines.slice(1, rows.length + 1)).toEqual(rows);
    if (columns === 140) expect(screen.read()).toContain("screen-5-with-a-rather-long-public-id");
    expect(screen.readColoured()).toContain("\u001b[33mhigh");
    screen.close();
  }
  screen = openScreen(["holds"], { cwd: project.directory, env: { NO_COLOR: "1" } });
  await screen.shows("exit 0");
  expect(screen.readColoured()).not.toContain("\u001b[33m");
});

onTerminal(title("what takes more than a second says so, and the line is gone when it is done"), async () => {
  project.write(
    "slow.config.ts",
    `
import { existsSync } from "node:fs";
import { workflow } from "holdpoint";
const think = async () => {
  while (!existsSync("thought")) await new Promise((done) => setTimeout(done, 20));
  return "a thought";
};
const slow = workflow({ name: "slow" }, async (ctx) => ctx.step("think", think));
export default { workflows: [slow], store: "slow.db" };`,
  );
  screen = openScreen(["run", "slow", "--config", "slow.config.ts"], { cwd: project.directory });
  await screen.shows(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏].* working · \d+s/);
  project.write("thought", "");
  await screen.shows("exit 0");
  expect(screen.read()).not.toContain("working ·");
  expect(screen.read()).toContain("a thought");
});
