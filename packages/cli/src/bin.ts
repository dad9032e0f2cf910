/** What `bin/holdpoint.js` runs. `--version` answers before anything else is loaded. */
import { needsRestart, restart } from "./restart.ts";
import { version } from "./version.ts";

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`${version()}\n`);
} else if (needsRestart(args)) {
  process.exitCode = await restart(args);
} else {
  const { main } = await import("./command/main.ts");
  const code = await main(args);
  // Clients and pools of the project's services may keep the process alive: it ends when its output is out.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write("", done))));
  process.exit(code);
}
