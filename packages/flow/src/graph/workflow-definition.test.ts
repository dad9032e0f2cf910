import { ValidationError, VersionMismatchError } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import { graph } from "./graph.ts";
import { WorkflowDefinition, WorkflowInstance } from "./workflow-definition.ts";

test("a definition has a version, 1 at first, and does not change", () => {
  const steps = ["reserve"];
  const definition = new WorkflowDefinition("order", { steps });
  steps.push("charge");
  expect(definition).toMatchObject({ name: "order", version: 1, steps: ["reserve"] });
  expect(() => Object.assign(definition, { version: 2 })).toThrow(TypeError);
  expect(() => (definition.steps as unknown[]).push("x")).toThrow(TypeError);
  expect(() => new WorkflowDefinition("", { version: 0 })).toThrow(ValidationError);
});

test("an instance goes on with its own version only", () => {
  const instance = WorkflowInstance.create(new WorkflowDefinition("order"));
  expect(instance.instanceId).toMatch(/^[0-9a-f-]{36}$/);
  expect(() => instance.validateDefinitionVersion(new WorkflowDefinition("order"))).not.toThrow();
  const newer = () => instance.validateDefinitionVersion(new WorkflowDefinition("order", { version: 2 }));
  expect(newer).toThrow(VersionMismatchError);
  expect(newer).toThrow("instance was started with v1, but definition is now v2");
  expect(() => instance.validateDefinitionVersion(new WorkflowDefinition("other"))).toThrow(
    'is one of "order", not of "other"',
  );
});

test("a run of an engine is an instance of its flow", async () => {
  const flow = graph("g", { version: 3 }).human("ask").entry("ask").build();
  await using engine = createTestEngine({ workflows: [flow] });
  const run = await engine.run(flow, "x", { id: "r1" });
  const instance = WorkflowInstance.of(await run.describe());
  expect(instance).toEqual(new WorkflowInstance("r1", "g", 3));
  expect(() => instance.validateDefinitionVersion(flow)).not.toThrow();
  expect(() => instance.validateDefinitionVersion({ name: "g", version: 4 })).toThrow(
    "started with v3, but definition is now v4",
  );
});
