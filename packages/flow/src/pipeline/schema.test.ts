import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { publishedSchema } from "./schema.fixture.ts";

test("the published JSON Schema is that of the zod schema", () => {
  expect(readFileSync(new URL("../../pipeline.schema.json", import.meta.url), "utf8")).toBe(publishedSchema());
});
