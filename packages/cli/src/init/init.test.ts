import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildCommand, shellEnvironment, type TestProject, testProject } from "../project.fixture.ts";
import { examples } from "./templates.ts";

interface Made {
  directory: string;
  written: string[];
  kept: string[];
  next: string[];
}

let home: TestProject;
beforeAll(() => buildCommand());
beforeEach(() => {
  home = testProject({});
});
afterEach(() => home.remove());

describe.each(Object.keys(examples))("init --example %s", (example) => {
  test("makes a project whose test passes, whose types check, and whose first run waits for a person", async () => {
    const made = await home.json<Made>(["init", "my-project", "--example", example]);
    expect(made.kept).toEqual([]);
    expect(made.written).toContain(".gitignore");
    const root = resolve(import.meta.dirname, "../../../..");
    symlinkSync(join(root, "node_modules"), join(made.directory, "node_modules"));
    const settings = { cwd: made.directory, env: shellEnvironment(), encoding: "utf8" } as const;

    const { name, scripts, dependencies } = JSON.parse(readFileSync(join(made.directory, "package.json"), "utf8"));
    expect(name).toBe("my-project");
    expect(dependencies.holdpoint).toMatch(/^\^\d+\.\d+\.\d+/);
    const tested = spawnSync("sh", ["-c", scripts.test], settings);
    expect(tested, tested.stdout + tested.stderr).toMatchObject({ status: 0 });
    expect(tested.stdout).toMatch(/pass [23]\n/);
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc")], { ...settings, stdio: "inherit" });

    // What it says to type next, as it says it.
    for (const line of made.next.filter((one) => one.startsWith("npx holdpoint"))) {
      const program = `"${process.execPath}" "${join(root, "packages/cli/bin/holdpoint.js")}"`;
      const ran = spawnSync("sh", ["-c", line.replace("npx holdpoint", program)], settings);
      expect(ran, line + ran.stderr).toMatchObject({ status: 0 });
      expect(ran.stdout).toMatch(/h_[\w-]{10,}/);
    }
  });
});

test("what is there is kept, and said", async () => {
  home.write("package.json", '{ "name": "mine" }');
  const made = await home.json<Made>(["init"]);
  expect(made.kept).toEqual(["package.json"]);
  expect(made.next[0]).toBe("npm install holdpoint zod");
  expect(readFileSync(join(home.directory, "package.json"), "utf8")).toBe('{ "name": "mine" }');
  const again = await home.holdpoint(["init"]);
  expect(again).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("holdpoint.config.ts exists: this is a Holdpoint project already"),
  });
});

test("templates ask for the versions this repository is tested with", () => {
  const root = resolve(import.meta.dirname, "../../../..");
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  for (const example of Object.keys(examples)) {
    const manifest = JSON.parse(readFileSync(join(root, `packages/cli/templates/${example}/package.json`), "utf8")) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    expect(manifest.dependencies.zod).toBe(`^${devDependencies.zod}`);
    for (const [name, version] of Object.entries(manifest.devDependencies))
      expect(version).toBe(`^${devDependencies[name]}`);
  }
});
