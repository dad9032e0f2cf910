import { relative } from "node:path";
import type { Engine } from "@holdpoint/core";
import type { Project } from "../config/project.ts";
import { loadConsole } from "../server/load-console.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { version } from "../version.ts";

/** What `holdpoint dev` says once it works. */
export async function bannerLines(
  terminal: Terminal,
  engine: Engine,
  project: Project,
  url: string | null,
): Promise<string[]> {
  const dim = (text: string): string => terminal.paintErr("dim", text);
  const names = engine.workflows().map((workflow) => `${workflow.name} v${workflow.version}`);
  const [diverged, held] = await Promise.all([
    engine.runs({ status: ["diverged"] }, { limit: 1000 }),
    engine.holds({ status: ["open"] }, { limit: 1000 }),
  ]);
  const waiting = held.items.length;
  const apart = diverged.items.length;
  return [
    `${terminal.paintErr("bold", "holdpoint dev")} ${version()} ${dim(`· worker ${process.pid} on ${storeName(project)}`)}`,
    dim(`  ${names.length > 0 ? names.join(", ") : "no workflows yet: add one to `workflows`"}`),
    ...(waiting > 0 ? [dim(`  ${some(waiting)} for a person: holdpoint holds`)] : []),
    ...(apart > 0 ? [terminal.paintErr("magenta", `  ${apart} diverged: holdpoint runs --status diverged`)] : []),
    dim(
      url === null
        ? "  no API: npm install @holdpoint/server"
        : `  API ${url}/api/docs: you are signed in on this machine`,
    ),
    ...(url === null
      ? []
      : [
          (await loadConsole()) === null
            ? `  inbox ${url}/inbox: what waits for a person`
            : `  console ${url}/console: what waits for a person`,
        ]),
    dim("  start runs with `holdpoint run` in another terminal; `holdpoint decide` answers there, too"),
    "",
  ];
}

const some = (count: number): string => (count === 1 ? "1 run waits" : `${count}${count >= 1000 ? "+" : ""} runs wait`);

const storeName = ({ store, directory }: Project): string =>
  store.name.replace(/^sqlite (.*)$/, (_all, path: string) => `sqlite ${relative(directory, path) || path}`);
