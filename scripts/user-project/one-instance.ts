// A user's program: whichever door a class comes through, it is the same class.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as core from "@holdpoint/core";
import { createTestEngine as createCoreTestEngine } from "@holdpoint/core/testing";
import * as store from "@holdpoint/sql";
import * as everyday from "holdpoint";
import { createTestEngine } from "holdpoint/testing";

const shared = everyday as Readonly<Record<string, unknown>>;
for (const [name, value] of Object.entries(core)) assert.equal(shared[name], value, `${name} of "holdpoint"`);
assert.equal(everyday.sqlite, store.sqlite);
assert.equal(createTestEngine, createCoreTestEngine);

// An error that another package, or another entry, throws is one of ours; the context is found across all of them.
const service = everyday.service<{ rate: number }>("rates");
const fails = everyday.workflow({ name: "fails" }, async (ctx) => {
  const { rate } = ctx.service(service);
  throw new everyday.NonRetryableError(`at ${rate}`);
});
const engine = createTestEngine({ workflows: [fails], services: [service.provide({ rate: 3 })] });
const failed = await (await engine.run(fails, undefined)).result().catch((error: unknown) => error);
assert(failed instanceof core.RunFailedError, String(failed));
assert(failed.cause instanceof core.NonRetryableError, String(failed.cause));
await engine.stop();

const directory = mkdtempSync(join(tmpdir(), "holdpoint-one-instance-"));
const onDisk = everyday.createEngine({ store: everyday.sqlite(join(directory, "runs.db")), workflows: [] });
const refused = await onDisk.runs({}, { cursor: "no cursor" }).catch((error: unknown) => error);
assert(refused instanceof core.ValidationError, String(refused));
await onDisk.stop();
rmSync(directory, { recursive: true });
