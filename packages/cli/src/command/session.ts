import { resolve } from "node:path";
import { createEngine, type Engine } from "@holdpoint/core";
import type { PipelineLibrary } from "@holdpoint/flow";
import { type Flags, openProject, type Project } from "../config/project.ts";
import { openPipelines } from "../config/project-pipelines.ts";
import { silence } from "../config/quiet-warning.ts";
import { engineOptionsOf } from "../server/engine-options.ts";
import { tellingOf } from "../server/project-webhooks.ts";
import { jsonText } from "../terminal/json-text.ts";
import { withProgress } from "../terminal/progress.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { CommandContext } from "./context.ts";
import { currentUser } from "./current-user.ts";
import { commandLog } from "./log.ts";

export interface GlobalOptions {
  json?: boolean;
  config?: string;
  debug?: boolean;
}

/** One call of one command: where it writes, and how it gets at the project. */
export class Session {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly debug: boolean;
  readonly startedIn: string;
  /** The configuration that was named, if any. */
  readonly configName: string | undefined;

  constructor(context: CommandContext, options: GlobalOptions) {
    this.terminal = context.terminal;
    this.startedIn = context.startedIn;
    this.json = options.json === true;
    this.debug = options.debug === true;
    this.configName = options.config;
    // What workflows print while a command works them is not the command's result.
    if (this.json) console.log = console.info = console.debug = console.error;
  }

  /** The result: JSON for machines, lines for people. */
  result(value: unknown, lines: () => readonly string[]): void {
    if (this.json) this.terminal.out(jsonText(value));
    else for (const line of lines()) this.terminal.out(line);
  }

  /** A remark for people, beside the result. */
  note(text: string): void {
    if (!this.json) this.terminal.err(text);
  }

  /** A path as it was typed. */
  path(given: string): string {
    return resolve(this.startedIn, given);
  }

  /** Shows progress once something takes more than a second. */
  progress<T>(label: string, work: Promise<T>, detail?: () => string): Promise<T> {
    return withProgress(this.terminal, label, work, detail);
  }

  /** Who is acting: as named, else `HOLDPOINT_USER`, else the user of the operating system. Taken at its word. */
  by(named: string | undefined): string {
    return named ?? currentUser();
  }

  project(flags: Flags = {}): Promise<Project> {
    return openProject(this.startedIn, this.configName, flags);
  }

  /** Opens the project's engine (or that of a project made for this call) for the time of `work`. It executes nothing by itself. */
  async withEngine<T>(work: (engine: Engine, project: Project) => Promise<T>, given?: Project): Promise<T> {
    silence("SQLite", (text) => {
      if (!text.includes("experimental")) this.note(this.terminal.paintErr("yellow", `! ${text}`));
    });
    const project = given ?? (await this.project());
    const { config } = project;
    const { webhooks, ...made } = await tellingOf(project);
    const engine = createEngine({ ...engineOptionsOf(config), ...made, log: config.log ?? commandLog(this) });
    webhooks?.attach(engine);
    config.outbox?.attach(engine);
    let library: PipelineLibrary | null = null;
    try {
      await engine.open();
      library = await openPipelines(engine, config);
      return await work(engine, project);
    } finally {
      library?.close();
      await engine.stop();
    }
  }
}
