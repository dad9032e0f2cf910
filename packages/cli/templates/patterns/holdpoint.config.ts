import { modelsService } from "@holdpoint/ai";
import { defineConfig } from "holdpoint";
import { ai } from "./model.ts";
import { patterns } from "./workflows/patterns.ts";

// The store is .holdpoint/holdpoint.db beside this file, unless HOLDPOINT_STORE or `store` here says otherwise.
export default defineConfig({ workflows: patterns, services: [modelsService.provide(ai)] });
