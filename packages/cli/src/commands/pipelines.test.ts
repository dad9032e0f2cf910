import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

const hello = {
  name: "Hello World Pipeline",
  version: "1.0",
  steps: [
    { id: "step_one", step_class: "GenerateMessageStep", module: "steps" },
    { id: "step_two", step_class: "PrintMessageStep", module: "steps", inputs: { message: "{{ step_one.greeting }}" } },
  ],
  flow: { start_at: "step_one", transitions: [{ from: "step_one", to: "step_two" }] },
};
const code = `
export class GenerateMessageStep {
  async execute({ name = "World" }: { name?: string }) {
    return { greeting: \`Hello, \${name}!\` };
  }
}
export class PrintMessageStep {
  async execute({ message }: { message: string }) {
    console.log(message);
    return { status: "Message printed successfully" };
  }
}
`;
const wrong = {
  ...hello,
  flow: {
    start_at: "step_one",
    paths: [
      {
        from: "step_one",
        to: "step_two",
        condition: { type: "expression", config: { source: "a", operator: "gtt", value: 1 } },
      },
    ],
  },
};
const doubtful = { ...hello, steps: [...hello.steps, { id: "alone" }] };
const asking = {
  name: "Asking",
  steps: [{ id: "ask", type: "human_input", config: { prompt: "Go on?" } }],
  flow: { start_at: "ask" },
};

const files = {
  "pipelines/hello.json": JSON.stringify(hello),
  "pipelines/steps.ts": code,
  "pipelines/deep/wrong.json": JSON.stringify(wrong),
  "pipelines/deep/doubtful.json": JSON.stringify(doubtful),
  "pipelines/asking.json": JSON.stringify(asking),
  "broken.json": "{ not json",
};

let alone: TestProject;
let project: TestProject;
beforeAll(() => {
  buildCommand();
  alone = testProject(files);
  const { "pipelines/deep/doubtful.json": _doubtful, ...rest } = files;
  project = testProject({
    ...rest,
    "holdpoint.config.ts": `import { defineConfig, importedWorkflows, pipelineCatalog } from "holdpoint";
export default defineConfig({ workflows: await importedWorkflows(pipelineCatalog(".holdpoint/pipelines"), { folder: "pipelines" }) });
`,
  });
});
afterAll(() => {
  alone.remove();
  project.remove();
});

describe("validate", () => {
  test("says of each file what is wrong with it, with the place", async () => {
    const good = await alone.holdpoint(["validate", "pipelines/hello.json", "--steps", "pipelines"]);
    expect(good).toEqual({ code: 0, stdout: "✓ pipelines/hello.json\n", stderr: "" });
    const both = await alone.holdpoint([
      "validate",
      "pipelines/hello.json",
      "pipelines/deep/wrong.json",
      "broken.json",
    ]);
    expect(both.code).toBe(1);
    expect(both.stdout).toContain("✓ pipelines/hello.json\n✗ pipelines/deep/wrong.json\n");
    expect(both.stdout).toContain(
      'flow.paths[0].condition.config.operator  there is no operator "gtt"; did you mean "gt"?',
    );
    expect(both.stdout).toContain("✗ broken.json\n  ✗ is not JSON");
  });

  test("--json has errors and warnings; --strict makes errors of warnings", async () => {
    const file = "pipelines/deep/doubtful.json";
    const warned = await alone.json<{ is_valid: boolean; errors: unknown[]; warnings: unknown[] }>(["validate", file]);
    expect(warned).toMatchObject({ is_valid: true, errors: [], warnings: [{ path: "steps[2]" }] });
    const strict = await alone.json(["validate", file, "--strict"], 1);
    expect(strict).toMatchObject({ is_valid: false, errors: [{ path: "steps[2]" }], warnings: [] });
  });

  test("with --steps code that is not there is wrong", async () => {
    const missing = await alone.json(["validate", "pipelines/hello.json", "--steps", "."], 1);
    expect(missing).toMatchObject({
      is_valid: false,
      errors: [{ message: expect.stringMatching(/no module "steps"/) }, {}],
    });
  });

  test("a file that is not there is not understood", async () => {
    expect(await alone.holdpoint(["validate", "nowhere.json"])).toMatchObject({ code: 2 });
  });
});

describe("format", () => {
  test("prints, or writes into the file, and changes nothing but spaces", async () => {
    const printed = await alone.holdpoint(["format", "pipelines/hello.json"]);
    expect(printed).toMatchObject({ code: 0, stdout: `${JSON.stringify(hello, null, 2)}\n` });
    alone.write("ugly.json", JSON.stringify(hello));
    expect(await alone.json(["format", "ugly.json", "--write"])).toEqual({ file: "ugly.json", changed: true });
    expect(readFileSync(join(alone.directory, "ugly.json"), "utf8")).toBe(printed.stdout);
    expect(await alone.json(["format", "ugly.json", "--write"])).toEqual({ file: "ugly.json", changed: false });
    expect(await alone.holdpoint(["format", "broken.json"])).toMatchObject({ code: 2 });
  });
});

describe("visualize", () => {
  test("draws as Mermaid, Graphviz and SVG", async () => {
    const mermaid = await alone.holdpoint(["visualize", "pipelines/hello.json"]);
    expect(mermaid).toMatchObject({ code: 0, stdout: expect.stringMatching(/^flowchart|^graph|^---/) });
    expect(mermaid.stdout).toContain("n0 --> n1");
    const dot = await alone.holdpoint(["visualize", "pipelines/hello.json", "--format", "dot"]);
    expect(dot.stdout).toMatch(/^digraph/);
    expect(await alone.json(["visualize", "pipelines/hello.json", "--output", "hello.svg"])).toMatchObject({
      format: "svg",
    });
    expect(readFileSync(join(alone.directory, "hello.svg"), "utf8")).toMatch(/^<svg[\s\S]*step_one[\s\S]*<\/svg>\n$/);
  });

  test("what cannot be drawn is said", async () => {
    const wrongFormat = await alone.holdpoint(["visualize", "pipelines/hello.json", "--format", "png"]);
    expect(wrongFormat).toMatchObject({ code: 2, stderr: expect.stringContaining("mermaid, dot, svg") });
    const wrongFile = await alone.holdpoint(["visualize", "pipelines/deep/wrong.json"]);
    expect(wrongFile).toMatchObject({ code: 1, stderr: expect.stringContaining("config.operator") });
  });
});

describe("run", () => {
  test("runs a pipeline's file without a project: the quick start prints Hello, Developer!", async () => {
    const ended = await alone.holdpoint(["run", "pipelines/hello.json", "--input", '{"name":"Developer"}']);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("Hello, Developer!\n");
    expect(ended.stdout).toContain("Message printed successfully");
  });

  test("finds the code where the command is started, when it is not beside the file", async () => {
    const rooted = testProject({ "pipelines/hello.json": JSON.stringify(hello), "steps.ts": code });
    const ended = await rooted.holdpoint(["run", "pipelines/hello.json", "--input", '{"name":"Developer"}']);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("Hello, Developer!") });
    rooted.remove();
    const nowhere = testProject({ "pipelines/hello.json": JSON.stringify(hello) });
    const lost = await nowhere.holdpoint(["run", "pipelines/hello.json"]);
    expect(lost).toMatchObject({ code: 1, stderr: expect.stringMatching(/no module "steps".*pipelines/) });
    nowhere.remove();
  });

  test("says that nothing of a run that waits is kept where there is no project, and keeps it where there is one", async () => {
    const lost = await alone.holdpoint(["run", "pipelines/asking.json"]);
    expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing of it is kept") });
    const told = await project.holdpoint(["run", "pipelines/asking.json"]);
    expect(told).toMatchObject({ code: 0, stderr: expect.stringContaining("importedWorkflows") });
    const kept = await project.json<{ run: { status: string } }>(["run", "pipelines/asking.json", "--id", "kept-1"]);
    expect(kept.run.status).toBe("parked");
    expect(await project.json(["runs", "show", "kept-1"])).toMatchObject({ run: { status: "parked" } });
  });

  test("what is wrong with the file is said before anything runs", async () => {
    const ended = await alone.holdpoint(["run", "pipelines/deep/wrong.json"]);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("config.operator") });
  });
});

describe("import", () => {
  test("takes a folder into the catalog, and the project runs what is in it", async () => {
    const first = await project.holdpoint(["import", "pipelines"]);
    expect(first.code).toBe(1);
    expect(first.stdout).toContain("✓ hello.json  added  hello-world-pipeline v1");
    expect(first.stdout).toContain("✗ deep/wrong.json  wrong");
    project.write("pipelines/deep/wrong.json", "{}");
    project.write("pipelines/asking.json", JSON.stringify({ ...asking, version: "2" }));
    const second = await project.json<{ added: number }>(["import", "pipelines"]);
    expect(second).toMatchObject({ added: 0, updated: 1, skipped: 1, errors: 0 });
    expect(await project.holdpoint(["import", "nowhere"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nowhere"),
    });
  });

  test("an imported pipeline is a workflow of the project", async () => {
    const ran = await project.holdpoint(["run", "hello-world-pipeline", "--input", '{"name":"Ana"}']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("Hello, Ana!") });
  });
});
