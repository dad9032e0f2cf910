import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FlowDefinitionError } from "../definition/errors.ts";
import { testEngine } from "../engine.fixture.ts";
import { quickStart } from "./documents.fixture.ts";
import { loadPipeline } from "./load.ts";

let folder = "";
let outside = "";

beforeAll(() => {
  const root = mkdtempSync(join(tmpdir(), "holdpoint-modules-"));
  folder = join(root, "allowed");
  outside = join(root, "outside");
  for (const directory of [folder, outside, join(folder, "deep/er")]) mkdirSync(directory, { recursive: true });
  const module = (words: string) => `
    export class GenerateMessageStep { async execute({ name }) { return { greeting: "${words}, " + name + "!" }; } }
    export const PrintMessageStep = ({ message }) => ({ printed: message });
    export const isLoud = ({ printed }) => printed.endsWith("!");
    export const notAStep = 5;
  `;
  writeFileSync(join(folder, "steps.mjs"), module("Hello"));
  writeFileSync(join(folder, "deep/er/index.js"), module("Deep"));
  writeFileSync(join(folder, "typed.ts"), module("Typed"));
  writeFileSync(join(outside, "steps.mjs"), module("Outside"));
  writeFileSync(join(root, "allowed-not.mjs"), module("Beside"));
  symlinkSync(join(outside, "steps.mjs"), join(folder, "link.mjs"));
  symlinkSync(outside, join(folder, "linked"));
  symlinkSync(join(root, "allowed-not.mjs"), join(folder, "beside.mjs"));
});

afterAll(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const withModule = (module: string) => ({
  ...quickStart,
  steps: quickStart.steps.map((step) => ({ ...step, module })),
});

const greeting = async (module: string): Promise<unknown> => {
  const pipeline = await loadPipeline(withModule(module), { folder });
  const engine = testEngine({ workflows: [pipeline] });
  return await (await engine.run(pipeline, { name: "ana" }, { id: "r1" })).result();
};

describe("modules below the folder", () => {
  test.each([
    ["steps", "Hello"],
    ["./steps", "Hello"],
    ["steps.mjs", "Hello"],
    ["deep.er", "Deep"],
    ["deep/er", "Deep"],
    ["typed", "Typed"],
  ])("%s is found", async (module, words) => {
    expect(await greeting(module)).toEqual({ printed: `${words}, ana!` });
  });

  test.each([
    ["../outside/steps.mjs", /no path below a folder/],
    ["..outside.steps", /no path below a folder/],
    ["/etc/passwd", /no path below a folder/],
    ["file:///etc/passwd", /no path below a folder/],
    ["node:fs", /no path below a folder/],
    ["deep/../../outside/steps.mjs", /no path below a folder/],
    ["deep\\..\\steps", /no path below a folder/],
    ["", /no path below a folder/],
    ["link", /leads out of/],
    ["linked/steps", /leads out of/],
    ["beside", /leads out of/],
    ["zod", /no module "zod"/],
    ["missing", /no module "missing"; looked for missing\.ts/],
  ])("%j is never loaded", async (module, message) => {
    await expect(greeting(module)).rejects.toThrow(FlowDefinitionError);
    await expect(greeting(module)).rejects.toThrow(message);
  });

  test("an export that is not there is named, with what was probably meant, and one that is no step is refused", async () => {
    const named = (step_class: string) => ({
      ...quickStart,
      steps: [{ ...quickStart.steps[0], step_class }, quickStart.steps[1]],
    });
    await expect(loadPipeline(named("GenerateMesageStep"), { folder })).rejects.toThrow(
      /did you mean "GenerateMessageStep"/,
    );
    await expect(loadPipeline(named("notAStep"), { folder })).rejects.toThrow(
      /must be a function, or a class or object/,
    );
  });

  test("without a folder no module is loaded", async () => {
    await expect(loadPipeline(quickStart)).rejects.toThrow(
      /no step "steps:GenerateMessageStep"; register it, or allow a folder/,
    );
  });

  test("condition functions come from modules too", async () => {
    const condition = { type: "function", config: { module_path: "steps", function_name: "isLoud" } };
    const document = {
      ...quickStart,
      flow: {
        start_at: "step_one",
        paths: [
          { from: "step_one", to: "step_two" },
          { from: "step_two", to: "end_with_failure", condition },
        ],
      },
    };
    const pipeline = await loadPipeline(document, { folder });
    const engine = testEngine({ workflows: [pipeline] });
    await expect((await engine.run(pipeline, { name: "ana" }, { id: "r1" })).result()).rejects.toThrow(
      /ended with failure/,
    );
  });
});

test("all code that is not there is told at once, and a function with what was probably meant", async () => {
  const condition = { type: "function", config: { function_name: "busines_hours" } };
  const document = {
    ...quickStart,
    flow: { start_at: "step_one", paths: [{ from: "step_one", to: "step_two", condition }] },
  };
  const error = await loadPipeline(document, { steps: { PrintMessagesStep: () => ({}) } }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FlowDefinitionError);
  expect((error as FlowDefinitionError).problems).toHaveLength(3);
  expect((error as Error).message).toMatch(/"business_hours"/);
  expect((error as Error).message).toMatch(/"PrintMessagesStep"/);
});
