import { createTestEngine, type TestEngine, type TestEngineOptions } from "@holdpoint/core/testing";
import { onTestFinished } from "vitest";

/** An engine for one test, ended with it. */
export function testEngine(options: TestEngineOptions): TestEngine {
  const engine = createTestEngine(options);
  onTestFinished(() => engine.stop());
  return engine;
}
