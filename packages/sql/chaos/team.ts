import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Ledger } from "../crash/ledger.ts";
import type { Ground } from "./ground.ts";
import { Wire } from "./wire.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const compileCache = at("../../../node_modules/.cache/holdpoint-compiled");

/** Who was asked to end, and so may: anything else that ends a worker is a bug of it. */
type Expected = "no" | "killed" | "told";

export interface TeamOptions {
  workers: number;
  ground: Pick<Ground, "kind" | "port" | "schema">;
  ledger: Ledger;
  lease: string;
  leaseMs: number;
  /** A bug to plant in the workers. */
  plant: string | null;
  random: () => number;
}

/** One place for a worker: when it is killed, another process takes its place, with its own clock on its own machine. */
export class Desk {
  readonly wire: Wire;
  readonly #index: number;
  readonly #options: TeamOptions;
  #child: ChildProcess | null = null;
  #expected: Expected = "no";
  #closing = false;
  #ended: Promise<void> = Promise.resolve();
  /** Something is being done to it. */
  busy = false;
  /** How often a process could not begin because the database was away. */
  falseStarts = 0;
  /** Processes that ended although nobody had asked them to. */
  readonly deaths: string[] = [];

  private constructor(index: number, wire: Wire, options: TeamOptions) {
    this.#index = index;
    this.wire = wire;
    this.#options = options;
  }

  static async set(index: number, options: TeamOptions): Promise<Desk> {
    const desk = new Desk(index, await Wire.lay(options.ground.port), options);
    desk.#launch();
    return desk;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  #launch(): void {
    const { ground, ledger, lease, leaseMs, plant, random } = this.#options;
    const config = {
      kind: ground.kind,
      port: this.wire.port,
      schema: ground.schema,
      ledger: ledger.path,
      lease,
      // Half of them are on one machine, where the others see that a process is gone.
      host: this.#index < 2 ? "here" : `there-${this.#index}`,
      narrow: this.#index % 2 === 0 ? 6 : null,
    };
    // One of four has a clock that is wrong from the start.
    const skew = this.#index === 3 ? Math.round((random() - 0.5) * 10 * leaseMs) : 0;
    const flags = [
      "--no-warnings",
      "--import",
      at("skewed.mjs"),
      "--import",
      at("../crash/sources.mjs"),
      "--import",
      at("planted.mjs"),
    ];
    const child = spawn(process.execPath, [...flags, at("programs/worker.ts"), JSON.stringify(config)], {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: compileCache,
        HOLDPOINT_CHAOS_PLANT: plant ?? "",
        HOLDPOINT_CHAOS_SKEW: String(skew),
      },
    });
    this.#child = child;
    this.#expected = "no";
    let printed = "";
    let errors = "";
    child.stdout.on("data", (chunk) => (printed += chunk));
    child.stderr.on("data", (chunk) => (errors = (errors + chunk).slice(-4000)));
    child.stdin.on("error", () => undefined);
    this.#ended = new Promise((resolve) => {
      child.on("close", (code, signal) => {
        resolve();
        if (this.#expected === "told" && code === 0) return;
        if (this.#expected !== "killed") {
          if (printed.includes('"failed":"STORE"')) this.falseStarts++;
          else this.deaths.push(`${code ?? signal}: ${printed.slice(-500)} ${errors}`);
        }
        if (!this.#closing) void delay(100).then(() => !this.#closing && this.#launch());
      });
    });
  }

  async kill(): Promise<void> {
    this.#expected = "killed";
    this.#child?.kill("SIGKILL");
    await this.#ended;
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  setClock(skew: number): void {
    this.#child?.stdin?.write(`${skew}\n`);
  }

  /** Ends it as a deployment does. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#expected = "told";
    this.#child?.kill("SIGTERM");
    const patience = setTimeout(() => this.#child?.kill("SIGKILL"), 45_000);
    await this.#ended;
    clearTimeout(patience);
    this.wire.close();
  }
}
