import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const core = fileURLToPath(new URL("../index.ts", import.meta.url));

/** Starts an engine that has nothing to do, in a process that has nothing else to do; how the process ended. */
function started(options: string): { said: string; signal: string | null; status: number | null } {
  const program = `
    import { createEngine, memoryStore } from ${JSON.stringify(core)};
    const engine = createEngine({ store: memoryStore(), workflows: []${options} });
    await engine.start();
    console.log("started");
    ${options.includes("stop") ? "await engine.stop();" : ""}`;
  const { stdout, signal, status } = spawnSync(
    process.execPath,
    ["--experimental-strip-types", "--no-warnings", "--input-type=module", "--eval", program],
    { encoding: "utf8", timeout: 8000, env: { ...process.env, NODE_OPTIONS: "" } },
  );
  return { said: stdout.trim(), signal, status };
}

test("a started engine keeps its process alive until it is stopped, as a server does, unless it is told not to", () => {
  expect(started("")).toEqual({ said: "started", signal: "SIGTERM", status: null });
  expect(started(", /* stop */")).toEqual({ said: "started", signal: null, status: 0 });
  expect(started(", keepAlive: false")).toEqual({ said: "started", signal: null, status: 0 });
});
