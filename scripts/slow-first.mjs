// The order of the test files: the slowest first, so that none of them is what everybody waits for at the end.
// Vitest does so by itself where it has run them before; a fresh clone has not.
import { BaseSequencer } from "vitest/node";

/** Half a minute and more, each; the rest follows in vitest's own order. */
const slow = [
  "packages/sql/src/database/killed.test.ts",
  "packages/core/src/testing/simulation/simulation.test.ts",
  "examples/mail-triage/src/main.test.ts",
  "packages/sql/src/postgres/engine-suite.test.ts",
  "packages/sql/crash/no-room.test.ts",
  "packages/sql/src/simulation.test.ts",
  "packages/sql/src/database/migrations/half-applied.test.ts",
  "packages/sql/crash/power-cut.test.ts",
  "packages/sql/crash/killed-worker.test.ts",
  "examples/mail-triage/src/classifier/corpus.test.ts",
];

export default class SlowFirst extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) => slow.findIndex((file) => moduleId.endsWith(file));
    const sorted = await super.sort(files);
    return [
      ...sorted.filter((file) => place(file) >= 0).sort((a, b) => place(a) - place(b)),
      ...sorted.filter((file) => place(file) < 0),
    ];
  }
}
