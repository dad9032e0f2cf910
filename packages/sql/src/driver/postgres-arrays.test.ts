import { describe, expect, test } from "vitest";
import { clientOfCluster } from "../fixtures/client.ts";
import { missing } from "../fixtures/cluster.ts";
import { type ArrayType, binaryArray } from "./postgres-arrays.ts";

test("a number that the column cannot hold is refused, not cut", () => {
  expect(() => binaryArray("smallint", [32_768])).toThrow(RangeError);
  expect(() => binaryArray("integer", [-(2 ** 31) - 1])).toThrow(RangeError);
  for (const wrong of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => binaryArray("bigint", [wrong])).toThrow(RangeError);
  }
});

describe.skipIf(missing !== null)(`binary arrays${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  const client = clientOfCluster();

  const most = Number.MAX_SAFE_INTEGER;
  test.each<[ArrayType, (string | number | null)[]]>([
    ["bigint", [0, 1, -1, null, 2 ** 32, -(2 ** 32), 2 ** 32 - 1, -(2 ** 32) - 1, most, -most, 1_795_283_816_772]],
    ["integer", [0, null, 2 ** 31 - 1, -(2 ** 31)]],
    ["smallint", [0, null, 32_767, -32_768]],
    ["text", ["", null, "a", 'quotes " and \\', "{},NULL", "ünï\u{1f600}"]],
    ["text", []],
  ])("of %s arrive as they were sent", async (type, items) => {
    const { rows } = await client().query<{ same: boolean; items: string }>(
      `select $1::${type}[] is not distinct from $2::${type}[] as same, $1::${type}[]::text as items`,
      [binaryArray(type, items), items],
    );
    expect(rows[0]).toMatchObject({ same: true });
  });

  test("of bytes arrive as they were sent", async () => {
    const items = [new Uint8Array([0, 255, 1]), null, new Uint8Array()];
    const { rows } = await client().query<{ items: string }>("select $1::bytea[]::text as items", [
      binaryArray("bytea", items),
    ]);
    expect(rows[0]?.items).toBe('{"\\\\x00ff01",NULL,"\\\\x"}');
  });
});
