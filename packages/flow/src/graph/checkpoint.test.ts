import { ValidationError } from "@holdpoint/core";
import { expect, test } from "vitest";
import { WorkflowCheckpoint } from "./checkpoint.ts";

test("what is saved is a copy, and so is what is loaded", () => {
  const checkpoints = new WorkflowCheckpoint();
  const state = { list: [1] };
  checkpoints.save("a", state);
  state.list.push(2);
  const loaded = checkpoints.load("a") as typeof state;
  expect(loaded).toEqual({ list: [1] });
  loaded.list.push(3);
  expect(checkpoints.load("a")).toEqual({ list: [1] });
  expect(checkpoints.load("b")).toBeNull();
});

test("deleting says whether there was one, and saving again keeps the number", () => {
  const checkpoints = new WorkflowCheckpoint();
  checkpoints.save("a", { n: 1 });
  checkpoints.save("a", { n: 2 });
  expect([checkpoints.size, checkpoints.load("a")]).toEqual([1, { n: 2 }]);
  expect([checkpoints.delete("a"), checkpoints.delete("a"), checkpoints.size]).toEqual([true, false, 0]);
});

test("when it is full the one that was first saved goes; 512 fit, and with maxSize 0 any number", () => {
  const saved = (checkpoints: WorkflowCheckpoint, count: number): string[] => {
    for (let i = 0; i < count; i++) checkpoints.save(String(i), { i });
    return checkpoints.ids();
  };
  expect(saved(new WorkflowCheckpoint({ maxSize: 2 }), 4)).toEqual(["2", "3"]);
  expect(saved(new WorkflowCheckpoint(), 513)).toHaveLength(512);
  expect(saved(new WorkflowCheckpoint({ maxSize: 0 }), 600)).toHaveLength(600);
  expect(() => new WorkflowCheckpoint({ maxSize: -1 })).toThrow(ValidationError);
});
