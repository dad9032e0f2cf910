import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Stays, as `holdpoint dev` on this directory: its console is where the waiting mails are decided with a click, and what is decided is
 * filed at once. Until Ctrl-C, which both get.
 */
export async function stay(): Promise<void> {
  const holdpoint = dirname(fileURLToPath(import.meta.resolve("holdpoint/package.json")));
  console.log("\nThe others wait in the console, at the address below. Ctrl-C ends it.\n");
  const dev = spawn(process.execPath, [join(holdpoint, "bin/holdpoint.js"), "dev"], { stdio: "inherit" });
  await once(dev, "exit");
}
