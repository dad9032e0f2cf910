import type {
  ApproveRequest,
  Duration,
  HoldRequest,
  InferIn,
  InferOut,
  StandardSchemaV1,
  Workflow,
} from "@holdpoint/core";
import type { Json } from "../condition/condition.ts";
import type { FlowOptions } from "../interpret/flow.ts";
import { type Flow, makeFlow } from "../interpret/flow.ts";
import { Draft } from "./draft.ts";
import type { FlowStep, FlowStepOptions } from "./step.ts";
import { type Chain, otherwise, type Start } from "./types.ts";

/** What there is to say about a flow besides its steps. */
export interface ChainOptions<I extends StandardSchemaV1 | undefined = undefined> extends Omit<FlowOptions, "input"> {
  /** Checks what a run is started with, and types what the first step gets. */
  input?: I;
  /** Raise it when you change what live runs would notice. Default 1. */
  version?: number;
  /** For drawings and lists. */
  description?: string;
  /** Whatever a tool keeps with it. */
  meta?: Json;
}

/** What the first step gets. */
type Given<I> = I extends StandardSchemaV1 ? InferOut<I> : undefined;
/** What a caller passes. */
type Taken<I> = I extends StandardSchemaV1 ? InferIn<I> : undefined;

/**
 * Begins a flow: work in a row, typed end to end. Each step gets what the one before it gave; a wrong order does not compile.
 *
 * @example
 * const greet = flow("greet", { input: z.object({ who: z.string() }) })
 *   .then("write", ({ input }) => `hello ${input.who}`)
 *   .approve("send", (text) => ({ title: `Send "${text}"?` }))
 *   .then("send it", ({ input }) => mailer.send("ana@example.com", input))
 *   .build();
 *
 * @throws ValidationError the name or version is unusable
 */
export function flow<I extends StandardSchemaV1 | undefined = undefined>(
  name: string,
  options: ChainOptions<I> = {},
): Chain<Start<Taken<I>, Given<I>>, Given<I>, Record<never, never>, never> {
  const { version, description, meta, ...rest } = options;
  const facts = {
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description }),
    ...(meta !== undefined && { meta }),
  };
  const root = new Root(name, facts, rest as FlowOptions);
  return new Builder(root, new Draft(name, "")) as never;
}

type ChainFacts = Pick<ChainOptions, "version" | "description" | "meta">;

/** What the whole flow is called. */
class Root {
  readonly name: string;
  readonly facts: ChainFacts;
  readonly options: FlowOptions;
  constructor(name: string, facts: ChainFacts, options: FlowOptions) {
    this.name = name;
    this.facts = facts;
    this.options = options;
  }
}

type AnyFunction = (...args: never[]) => unknown;
type AnyTarget = FlowStep | ((chain: Builder) => Builder);
type AnyCase = readonly [AnyFunction | typeof otherwise, AnyTarget];

/** Every chain at run time; which calls make sense when, the types say. */
class Builder {
  private readonly root: Root | null;
  private readonly draft: Draft;

  constructor(root: Root | null, draft: Draft) {
    this.root = root;
    this.draft = draft;
  }

  then(one: FlowStep | string, run?: AnyFunction, options: FlowStepOptions = {}): Builder {
    const step: FlowStep =
      typeof one === "string"
        ? { id: one, options, inputSchema: undefined, outputSchema: undefined, run: run as never, undo: undefined }
        : one;
    return this.with((draft) => draft.step(step));
  }

  compensate(undo: AnyFunction): Builder {
    return this.with((draft) => draft.compensate(undo));
  }

  call(id: string, run: AnyFunction): Builder {
    return this.with((draft) => {
      draft.add({ id: draft.id(id, id), kind: "code", uses: draft.workflowCode(`${id}/call`, run) });
    });
  }

  map(fn: AnyFunction, options: { name?: string } = {}): Builder {
    return this.with((draft) => {
      const id = draft.id("map", options.name);
      draft.add({ id, kind: "map", uses: draft.function(`${id}/map`, fn) });
    });
  }

  branch(cases: readonly AnyCase[], options: { name?: string } = {}): Builder {
    return this.with((draft) => choose(draft, "first", cases, draft.id("branch", options.name)));
  }

  fanOut(cases: readonly AnyCase[], options: { name?: string } = {}): Builder {
    return this.with((draft) => choose(draft, "all", cases, draft.id("fan-out", options.name)));
  }

  parallel(
    targets: Readonly<Record<string, AnyTarget>>,
    { name, ...how }: { name?: string; onFailure?: "collect"; concurrency?: number } = {},
  ): Builder {
    return this.with((draft) => {
      const id = draft.id("parallel", name);
      draft.add({ id, kind: "parallel", branches: branches(draft, id, targets), ...how });
    });
  }

  race(targets: Readonly<Record<string, AnyTarget>>, options: { name?: string } = {}): Builder {
    return this.with((draft) => {
      const id = draft.id("race", options.name);
      draft.add({ id, kind: "race", branches: branches(draft, id, targets) });
    });
  }

  foreach(
    ...args: readonly [AnyFunction, AnyTarget, ForeachSettings?] | readonly [AnyTarget, ForeachSettings?]
  ): Builder {
    const given = readForeach(args);
    const { over, target } = given;
    const { name, key, ...how } = given.options;
    return this.with((draft) => {
      const id = draft.id("foreach", name);
      draft.add({
        id,
        kind: "foreach",
        ...(over && { over: { uses: draft.function(`${id}/over`, over) } }),
        ...(key && { key: draft.function(`${id}/key`, key) }),
        ...how,
        body: inner(draft, id, target),
      });
    });
  }

  doWhile(target: AnyTarget, condition: AnyFunction, options: RepeatSettings = {}): Builder {
    return this.with((draft) => repeat(draft, "doWhile", target, condition, options));
  }

  doUntil(target: AnyTarget, condition: AnyFunction, options: RepeatSettings = {}): Builder {
    return this.with((draft) => repeat(draft, "until", target, condition, options));
  }

  sleep(duration: Duration | AnyFunction, options: { name?: string } = {}): Builder {
    return this.with((draft) => {
      const id = draft.id("sleep", options.name);
      const time = typeof duration === "function" ? { uses: draft.function(`${id}/for`, duration) } : { for: duration };
      draft.add({ id, kind: "sleep", time });
    });
  }

  sleepUntil(time: Date | AnyFunction, options: { name?: string } = {}): Builder {
    return this.with((draft) => {
      const id = draft.id("sleep", options.name);
      draft.add({
        id,
        kind: "sleep",
        time:
          typeof time === "function" ? { uses: draft.function(`${id}/until`, time) } : { until: time.toISOString() },
      });
    });
  }

  signal(name: string, schema: StandardSchemaV1, options: { timeout?: Duration; transient?: boolean } = {}): Builder {
    return this.with((draft) => {
      const id = draft.id(name, name);
      draft.add({ id, kind: "signal", signal: name, schema: draft.schema(id, schema), ...options });
    });
  }

  approve(name: string, request: ApproveRequest | AnyFunction): Builder {
    return this.with((draft) => {
      const id = draft.id(name, name);
      draft.add({ id, kind: "approve", request: requestOf(draft, id, request) });
      draft.ask(id);
    });
  }

  ifApproved(target: AnyTarget): Builder {
    return this.with((draft) => draft.answer("approved", (id) => inner(draft, id, target)), true);
  }

  ifRejected(target: AnyTarget): Builder {
    return this.with((draft) => draft.answer("rejected", (id) => inner(draft, id, target)), true);
  }

  hold(name: string, request: HoldRequest<StandardSchemaV1> | AnyFunction): Builder {
    return this.with((draft) => {
      const id = draft.id(name, name);
      draft.add({ id, kind: "hold", request: requestOf(draft, id, request) });
    });
  }

  child(workflow: Workflow, options: { name?: string } = {}): Builder {
    return this.with((draft) => {
      const id = draft.id(workflow.name, options.name ?? workflow.name);
      draft.add({ id, kind: "child", workflow: draft.workflow(workflow) });
    });
  }

  onError(target: AnyTarget, options: { name?: string } = {}): Builder {
    return this.with((draft) => {
      const id = draft.id("try", options.name);
      draft.wrap(id, inner(draft, id, target));
    });
  }

  build(): Flow {
    if (!this.root) throw new Error("the inside of a branch is built with its flow");
    const { facts, options } = this.root;
    const done = this.draft.copy();
    done.answered();
    return makeFlow({ ...done.definition(), ...facts }, done.registry, options);
  }

  /** The flow that a branch is made of. */
  finished(): Draft {
    const done = this.draft.copy();
    done.answered();
    return done;
  }

  private with(change: (draft: Draft) => void, answers = false): Builder {
    const draft = this.draft.copy();
    if (!answers) draft.answered();
    change(draft);
    return new Builder(this.root, draft);
  }
}

interface ForeachSettings {
  name?: string;
  key?: AnyFunction;
  onFailure?: "collect";
  concurrency?: number;
}

/** What to go over may be left out: then the value is the list. */
function readForeach(args: readonly unknown[]): {
  over: AnyFunction | null;
  target: AnyTarget;
  options: ForeachSettings;
} {
  const [first, second] = args;
  const overGiven = typeof second === "function" || (typeof second === "object" && second !== null && "run" in second);
  if (!overGiven) return { over: null, target: first as AnyTarget, options: (second ?? {}) as ForeachSettings };
  return { over: first as AnyFunction, target: second as AnyTarget, options: (args[2] ?? {}) as ForeachSettings };
}

interface RepeatSettings {
  name?: string;
  maxIterations?: number;
  delay?: Duration;
}

function requestOf(draft: Draft, id: string, request: object | AnyFunction): { uses: string } {
  const give = typeof request === "function" ? (request as AnyFunction) : () => request;
  return { uses: draft.function(`${id}/request`, give) };
}

function inner(draft: Draft, name: string, target: AnyTarget) {
  const inside = draft.inside(name);
  if (typeof target !== "function") {
    inside.step(target);
    return draft.take(inside);
  }
  return draft.take(target(new Builder(null, inside)).finished());
}

function branches(draft: Draft, id: string, targets: Readonly<Record<string, AnyTarget>>) {
  return Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [name, inner(draft, `${id}.${name}`, target)]),
  );
}

function choose(draft: Draft, take: "first" | "all", cases: readonly AnyCase[], id: string): void {
  const named = cases.map(([when, target], i) => ({
    when,
    name: typeof target === "function" ? String(i) : target.id,
    flow: inner(draft, `${id}.${i}`, target),
  }));
  const last = named.find(({ when }) => when === otherwise);
  draft.add({
    id,
    kind: "choose",
    take,
    cases: named
      .filter(({ when }) => when !== otherwise)
      .map(({ when, name, flow }, i) => ({
        name,
        when: { type: "function" as const, name: draft.condition(`${id}/when/${i}`, when as AnyFunction) },
        flow,
      })),
    ...(last && { otherwise: { ...last.flow, name: last.name } }),
  });
}

function repeat(
  draft: Draft,
  how: "until" | "doWhile",
  target: AnyTarget,
  condition: AnyFunction,
  { name, ...options }: RepeatSettings,
): void {
  const id = draft.id("loop", name);
  const body = inner(draft, id, target);
  const when = { type: "function" as const, name: draft.condition(`${id}/${how}`, condition) };
  draft.add({ id, kind: "repeat", body, [how]: when, ...options });
}
