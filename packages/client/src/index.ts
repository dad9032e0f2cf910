/**
 * A typed client of Holdpoint's server: `fetch`, and types from the schemas the server validates with. For Node and browsers.
 *
 * @example
 * import { createClient } from "@holdpoint/client";
 * const client = createClient({ url: "http://localhost:4400", key: process.env.HOLDPOINT_KEY ?? "" });
 */

export { type ClientOptions, createClient, type HoldpointClient, type RequestOptions } from "./client.ts";
export { ProblemError } from "./problem-error.ts";
export type { RouteInput, RouteOutput } from "./types.ts";
