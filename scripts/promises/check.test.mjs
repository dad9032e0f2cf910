import { describe, expect, test } from "vitest";
import { checkPromises } from "./check.mjs";

const promise = { promise: "a step is done once", package: "core", test: "a recorded step is not run again" };
const ran = {
  package: "core",
  file: "src/run/execution.test.ts",
  name: "replay > a recorded step is not run again",
  state: "passed",
};
const whole = { whole: true };

describe("checkPromises", () => {
  test("is content with a promise whose one test passed", () => {
    expect(checkPromises([promise], [ran], whole)).toEqual([]);
  });

  test.each(["failed", "skipped", "pending"])("reports a promise whose test is %s", (state) => {
    expect(checkPromises([promise], [{ ...ran, state }], whole)).toHaveLength(1);
  });

  test("reports a promise whose test is missing, or belongs to another package", () => {
    expect(checkPromises([promise], [], whole)[0]).toContain("does not exist");
    expect(checkPromises([promise], [{ ...ran, package: "sql" }], whole)[0]).toContain("does not exist");
  });

  test("asks for the file or describe when two tests have the title", () => {
    const twin = { ...ran, file: "src/other.test.ts" };
    expect(checkPromises([promise], [ran, twin], whole)[0]).toContain(
      "is 2 tests (src/run/execution.test.ts > replay, src/other.test.ts > replay)",
    );
    expect(checkPromises([{ ...promise, test: `src/other.test.ts > ${ran.name}` }], [ran, twin], whole)).toEqual([]);
  });

  test("a title that only ends alike is not the test", () => {
    expect(checkPromises([{ ...promise, test: "not run again" }], [ran], whole)).toHaveLength(1);
  });

  test("a describe means all its tests", () => {
    const inReplay = { ...promise, test: "replay" };
    const second = { ...ran, name: "replay > deeper > is fast" };
    expect(checkPromises([inReplay], [ran, second], whole)).toEqual([]);
    expect(checkPromises([inReplay], [ran, { ...second, state: "skipped" }], whole)[0]).toContain("was skipped");
    expect(checkPromises([inReplay], [ran, { ...second, state: "failed" }], whole)[0]).toContain("failed");
    expect(checkPromises([inReplay], [ran, { ...second, file: "src/other.test.ts" }], whole)[0]).toContain(
      "is 2 tests",
    );
  });

  test("a title with a placeholder means all tests made from it", () => {
    const each = { ...promise, test: "replay > from $store, crash after write %i" };
    const made = (state, index) => ({ ...ran, name: `replay > from sqlite (FULL), crash after write ${index}`, state });
    expect(checkPromises([each], [made("passed", 1), made("passed", 2)], whole)).toEqual([]);
    expect(checkPromises([each], [made("passed", 1), made("failed", 2)], whole)).toHaveLength(1);
    expect(checkPromises([each], [made("passed", 1), made("passed", 1)], whole)).toEqual([]);
    expect(checkPromises([each], [ran], whole)[0]).toContain("does not exist");
  });

  test("two tests with the very same name are not one", () => {
    expect(checkPromises([promise], [ran, { ...ran }], whole)[0]).toContain("is 2 tests");
  });

  test("reports an entry that lacks a field", () => {
    expect(checkPromises([{ promise: "x" }], [ran], whole)[0]).toContain("every entry needs");
  });

  test("a test that needs a program may be skipped where the program is not", () => {
    const tools = (installed) => ({ whole: true, has: (program) => installed && program === "strace" });
    const needy = { ...promise, needs: "strace" };
    expect(checkPromises([needy], [{ ...ran, state: "skipped" }], tools(false))).toEqual([]);
    expect(checkPromises([needy], [{ ...ran, state: "skipped" }], tools(true))).toHaveLength(1);
    expect(checkPromises([needy], [{ ...ran, state: "failed" }], tools(false))).toHaveLength(1);
    expect(checkPromises([needy], [], tools(false))).toHaveLength(1);
  });

  test("a run of some files faults only the promises it broke", () => {
    expect(checkPromises([promise], [], { whole: false })).toEqual([]);
    expect(checkPromises([promise], [{ ...ran, state: "failed" }], { whole: false })).toHaveLength(1);
  });
});
