import { CancelledError, HoldpointError } from "@holdpoint/core";
import { expect, test } from "vitest";
import { endsRun, ModelError } from "./errors.ts";

test.each<[string, unknown]>([
  ["a cancellation", new CancelledError("enough")],
  ["a run that is another worker's", new HoldpointError("FENCED", "run r1 belongs to another worker now")],
  ["a spent budget", new HoldpointError("BUDGET", "spent")],
])("%s ends the run", (_, error) => expect(endsRun(error)).toBe(true));

test.each<[string, unknown]>([
  ["a model that gave no answer", new ModelError("busy", { model: "a/b", retryable: true })],
  ["an ordinary error", new Error("FENCED")],
  ["an error of the system", Object.assign(new Error("no"), { code: "ENOENT" })],
  ["what is no error", { code: "FENCED" }],
])("%s is the fault of what was tried", (_, error) => expect(endsRun(error)).toBe(false));
