import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Watchers } from "./watch.ts";

const quiet = { ready: false, hold: false, deadline: false, mail: null };

describe("watching the file", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("asks only while somebody listens", () => {
    const version = vi.fn(() => 1);
    const watchers = new Watchers(version);
    vi.advanceTimersByTime(1_000);
    expect(version).not.toHaveBeenCalled();
    const stop = watchers.add("a", () => undefined);
    const stopOther = watchers.add("b", () => undefined);
    vi.advanceTimersByTime(1_000);
    expect(version).toHaveBeenCalledTimes(51);
    stop();
    stopOther();
    vi.advanceTimersByTime(1_000);
    expect(version).toHaveBeenCalledTimes(51);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("tells every namespace once of what another process wrote, and nothing when it cannot tell", () => {
    let version: number | null = 7;
    const watchers = new Watchers(() => version);
    const heard: string[] = [];
    watchers.add("a", ({ type }) => heard.push(`a ${type}`));
    watchers.add("b", ({ type }) => heard.push(`b ${type}`));
    vi.advanceTimersByTime(100);
    expect(heard).toEqual([]);
    version = null;
    vi.advanceTimersByTime(100);
    version = 8;
    vi.advanceTimersByTime(100);
    expect(heard).toEqual(["a foreign", "b foreign"]);
    watchers.close();
    version = 9;
    vi.advanceTimersByTime(100);
    expect(heard).toHaveLength(2);
  });

  test("a listener given twice is told twice and stopped one by one", () => {
    const watchers = new Watchers(() => 1);
    const heard: string[] = [];
    const listener = ({ type }: { type: string }): void => void heard.push(type);
    const stop = watchers.add("a", listener);
    watchers.add("a", listener);
    watchers.announce("a", { ...quiet, ready: true });
    expect(heard).toEqual(["ready", "ready"]);
    stop();
    watchers.announce("a", { ...quiet, hold: true });
    expect(heard).toEqual(["ready", "ready", "hold"]);
    watchers.announce("b", { ...quiet, hold: true });
    watchers.announce("a", quiet);
    expect(heard).toHaveLength(3);
    watchers.close();
  });
});
