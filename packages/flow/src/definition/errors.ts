import { HoldpointError, type Issue } from "@holdpoint/core";

/** A flow cannot be built: `problems` has everything that is wrong with it, at once. */
export class FlowDefinitionError extends HoldpointError {
  readonly problems: readonly Issue[];
  constructor(flow: string, problems: readonly Issue[]) {
    const text = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
    super("FLOW_DEFINITION", `flow "${flow}" cannot be built: ${text}`, { flow, problems });
    this.problems = problems;
  }
}

/** The condition of an edge or a case threw: `cause` is what it threw. It never counts as false. */
export class ConditionError extends HoldpointError {
  constructor(where: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super("CONDITION", `the condition of ${where} could not be decided: ${reason}`, { where }, { cause });
  }
}

/** A loop, a node or a whole flow went on longer than it may: raise its limit, or let it end. */
export class IterationLimitError extends HoldpointError {
  constructor(what: string, limit: number | string, node: string, option = "maxIterations") {
    super(
      "ITERATION_LIMIT",
      `${what} went on after ${typeof limit === "number" ? `${limit} iterations` : limit}, at "${node}"; raise ${option} if that is right`,
      {
        node,
        limit,
      },
    );
  }
}

/** Branches that run side by side wrote different things under one key that has no merge rule. */
export class StateConflictError extends HoldpointError {
  constructor(key: string, nodes: readonly string[]) {
    const names = nodes.map((node) => `"${node}"`).join(" and ");
    super("STATE_CONFLICT", `${names} both wrote "${key}" at the same time; give "${key}" a merge rule`, {
      key,
      nodes,
    });
  }
}

/** An `end` node failed the run, with its own words. */
export class FlowFailedError extends HoldpointError {
  constructor(flow: string, node: string, message: string) {
    super("FLOW_FAILED", message, { flow, node });
  }
}

/** Fewer branches can arrive at a node than its join asks for. */
export class JoinError extends HoldpointError {
  constructor(flow: string, node: string, need: number, came: number) {
    super(
      "JOIN",
      `flow "${flow}": "${node}" waits for ${need} branches, but only ${came} can arrive; lower its join, or take more edges to it`,
      { node, need, came },
    );
  }
}
