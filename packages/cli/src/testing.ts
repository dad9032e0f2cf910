/**
 * For tests of your own workflows, with any test runner: virtual time, mocked steps, scripted answers, replay of recorded runs.
 *
 * @example
 * import { createTestEngine } from "holdpoint/testing";
 */

export {
  type Answer,
  type AnswerRules,
  type AnswerValue,
  createTestEngine,
  type ExecutedStep,
  elapse,
  hangs,
  type MockedStep,
  type Replay,
  type Reply,
  reply,
  type StepMock,
  type StepMocks,
  type TestEngine,
  type TestEngineOptions,
  takes,
} from "@holdpoint/core/testing";
