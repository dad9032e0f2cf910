/**
 * The console as static files, for whoever serves it: `serve(engine, { console: consoleDirectory })` of `@holdpoint/server`, or anything
 * that serves files. What stands beside this file is the browser's and is built into that directory.
 *
 * @example
 * import { consoleDirectory } from "@holdpoint/console";
 * import { apiKeys, serve } from "@holdpoint/server";
 * const keys = apiKeys({ engine, secret: "at least 32 characters nobody can guess" });
 * const server = await serve(engine, { keys, console: consoleDirectory, port: 0 });
 * console.log(`open ${server.url}`);
 * await server.stop();
 */

import { fileURLToPath } from "node:url";

/** Where the built console is: `index.html`, and `assets/` with names that change with their content. */
export const consoleDirectory: string = fileURLToPath(new URL("../dist/app/", import.meta.url));
