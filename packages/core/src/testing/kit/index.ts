export { type Answer, type AnswerRules, type AnswerValue, type Reply, reply } from "./answers.ts";
export { hangs, type MockedStep, type StepMock, type StepMocks, takes } from "./mocks.ts";
export type { Replay } from "./replay.ts";
export { type ExecutedStep, elapse } from "./step-watch.ts";
export { createTestEngine, type TestEngine, type TestEngineOptions } from "./test-engine.ts";
