import { writeFileSync } from "node:fs";
import { publishedSchema } from "./schema.fixture.ts";

writeFileSync(new URL("../../pipeline.schema.json", import.meta.url), publishedSchema());
