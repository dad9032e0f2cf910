import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const core = fileURLToPath(new URL("../index.ts", import.meta.url));

/**
 * Starts an engine that has nothing to do, in a process that has nothing else to do, and gives what that process said by its
 * end. Told to, it answers on its standard input, which does not keep it alive: the answer is its end, too.
 */
async function saidBy(options: string, asked: boolean): Promise<{ said: string[]; status: number | null }> {
  const program = `
    import { createEngine, memoryStore } from ${JSON.stringify(core)};
    process.stdin.on("data", () => process.exit(7)).unref();
    const engine = createEngine({ store: memoryStore(), workflows: []${options} });
    await engine.start();
    console.log("started");
    process.once("beforeExit", () => console.log("nothing left"));
    ${options.includes("stop") ? "await engine.stop();" : ""}`;
  const child = spawn(
    process.execPath,
    ["--experimental-strip-types", "--no-warnings", "--input-type=module", "--eval", program],
    { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, NODE_OPTIONS: "" } },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => {});
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    // What has nothing left to do ends within this time; what is slower to end is taken for alive.
    if (asked && said === "") setTimeout(() => child.stdin.write("are you there?"), 300);
    said += data;
  });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { said: said.trim().split("\n"), status };
}

test("a started engine keeps its process alive until it is stopped, as a server does, unless it is told not to", async () => {
  expect(await saidBy("", true)).toEqual({ said: ["started"], status: 7 });
  expect(await saidBy(", /* stop */", false)).toEqual({ said: ["started", "nothing left"], status: 0 });
  expect(await saidBy(", keepAlive: false", false)).toEqual({ said: ["started", "nothing left"], status: 0 });
});
