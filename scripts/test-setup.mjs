import { vi } from "vitest";

/** What a test waits for may take its time on a busy machine: a test fails by what happens, not by how soon. */
const patience = { timeout: 60_000, interval: 10 };

const { waitFor } = vi;
vi.waitFor = (check, options) =>
  waitFor(check, typeof options === "number" ? { ...patience, timeout: options } : { ...patience, ...options });
