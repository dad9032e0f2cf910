import {
  type Duration,
  durationMs,
  type Engine,
  type ProvidedService,
  type StandardSchemaV1,
  service,
  ValidationError,
} from "@holdpoint/core";
import { WorkflowCheckpoint } from "./checkpoint.ts";
import { checkGraphConfig, type Environment, type GraphConfig, refuseBadConfig } from "./config.ts";
import { type GraphOptions, graph } from "./graph.ts";
import type { Agent, LanguageModel, Tool } from "./nodes/ports.ts";

/** What the flows of an application share. */
export interface FlowModuleOptions {
  /** What holds for graphs that do not say themselves. */
  graph?: GraphConfig;
  /** Where it is to run: `health` warns of what does not suit it. Default "development". */
  environment?: Environment;
  /** Where runners keep states. Default: in memory, 512 of them. */
  checkpoint?: WorkflowCheckpoint;
  /** Language models, agents and tools, by the names that `module.llm(name)` and the like ask for. */
  llms?: Readonly<Record<string, LanguageModel>>;
  agents?: Readonly<Record<string, Agent>>;
  tools?: Readonly<Record<string, Tool>>;
}

/** How it is with a module. */
export interface FlowModuleHealth {
  status: "healthy" | "degraded" | "unhealthy";
  /** Why it is not healthy, one sentence each. */
  problems: string[];
}

const tokens = {
  llms: (name: string) => service<LanguageModel>(`llm ${name}`),
  agents: (name: string) => service<Agent>(`agent ${name}`),
  tools: (name: string) => service<Tool>(`tool ${name}`),
};

/**
 * The configuration of an application's flows in one place: defaults of its graphs, and the ports their nodes call. Made by
 * `flowModule.configure`.
 */
export class FlowModule {
  /** Hand them to `createEngine({ services })`. */
  readonly services: readonly ProvidedService[];
  readonly checkpoint: WorkflowCheckpoint;
  readonly config: Readonly<GraphConfig>;
  private readonly environment: Environment;
  private stopped = false;

  constructor({ graph: config = {}, environment = "development", checkpoint, llms, agents, tools }: FlowModuleOptions) {
    refuseBadConfig("flow module", config);
    this.config = config;
    this.environment = environment;
    this.checkpoint = checkpoint ?? new WorkflowCheckpoint();
    this.services = [
      ...Object.entries(llms ?? {}).map(([name, port]) => tokens.llms(name).provide(port)),
      ...Object.entries(agents ?? {}).map(([name, port]) => tokens.agents(name).provide(port)),
      ...Object.entries(tools ?? {}).map(([name, port]) => tokens.tools(name).provide(port)),
    ];
  }

  /** Begins a graph with the module's configuration. */
  graph<St extends StandardSchemaV1 | undefined = undefined, I extends StandardSchemaV1 | undefined = undefined>(
    name: string,
    options: GraphOptions<St, I> = {},
  ): ReturnType<typeof graph<St, I>> {
    return graph(name, options).config(this.config) as ReturnType<typeof graph<St, I>>;
  }

  /** The token under which the engine has a language model of this name. */
  llm(name: string): ReturnType<typeof tokens.llms> {
    return tokens.llms(name);
  }

  /** The token under which the engine has an agent of this name. */
  agent(name: string): ReturnType<typeof tokens.agents> {
    return tokens.agents(name);
  }

  /** The token under which the engine has a tool of this name. */
  tool(name: string): ReturnType<typeof tokens.tools> {
    return tokens.tools(name);
  }

  /**
   * How it is with the module: its configuration where it is to run, and whether the engine's store answers in time.
   *
   * @example
   * const { status, problems } = await flowModule.configure().health({ engine, timeout: "2s" });
   */
  async health({ engine, timeout = "5s" }: { engine?: Engine; timeout?: Duration } = {}): Promise<FlowModuleHealth> {
    if (this.stopped) return { status: "unhealthy", problems: ["it was shut down"] };
    const warnings = checkGraphConfig(this.config, this.environment).map(({ path, message }) => `${path} ${message}`);
    const trouble = engine ? await storeTrouble(engine, durationMs(timeout, "timeout")) : null;
    if (trouble !== null) return { status: "unhealthy", problems: [trouble, ...warnings] };
    return { status: warnings.length > 0 ? "degraded" : "healthy", problems: warnings };
  }

  /** Forgets the states it keeps. May be called again. */
  shutdown(): void {
    if (this.stopped) return;
    this.stopped = true;
    for (const id of this.checkpoint.ids()) this.checkpoint.delete(id);
  }
}

async function storeTrouble(engine: Engine, limitMs: number): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`the store did not answer within ${limitMs} ms`), limitMs);
  });
  const answer = engine.runs({}, { limit: 1 }).then(
    () => null,
    (error: unknown) => `the store does not answer: ${error instanceof Error ? error.message : String(error)}`,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Answers every port with what it was asked: for tests. */
const echo = {
  llm: { complete: async ({ prompt }: { prompt: string }) => prompt } satisfies LanguageModel,
  agent: { run: async (input: unknown) => input } satisfies Agent,
  tool: { execute: async (args: unknown) => args } satisfies Tool,
};

/**
 * Configures the flows of an application.
 *
 * @example
 * const flows = flowModule.configure({ graph: { nodeTimeout: "30s" }, environment: "production" });
 * const engine = createEngine({ store, workflows: [], services: flows.services });
 *
 * @throws ValidationError naming each option that makes no sense
 */
export const flowModule = {
  /** A module with these options. */
  configure(options: FlowModuleOptions = {}): FlowModule {
    if (typeof options !== "object" || options === null || Array.isArray(options)) {
      throw new ValidationError("flow module", [
        { path: "", message: `${String(options)} must be an object of options` },
      ]);
    }
    const known = new Set(["graph", "environment", "checkpoint", "llms", "agents", "tools"]);
    const issues = Object.keys(options)
      .filter((key) => !known.has(key))
      .map((path) => ({ path, message: `is no option; there are ${[...known].join(", ")}` }));
    if (issues.length > 0) throw new ValidationError("flow module", issues);
    return new FlowModule(options);
  },

  /** A module for tests: everything in memory, and ports of the given names that give back what they were asked. */
  stub(names: { llms?: readonly string[]; agents?: readonly string[]; tools?: readonly string[] } = {}): FlowModule {
    const all = <T>(given: readonly string[] | undefined, port: T): Record<string, T> =>
      Object.fromEntries((given ?? []).map((name) => [name, port]));
    return new FlowModule({
      environment: "test",
      llms: all(names.llms, echo.llm),
      agents: all(names.agents, echo.agent),
      tools: all(names.tools, echo.tool),
    });
  },
};
