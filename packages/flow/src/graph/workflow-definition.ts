import { randomUUID } from "node:crypto";
import { type Run, ValidationError, VersionMismatchError } from "@holdpoint/core";

/** Anything with a name and a version: a workflow, a flow. */
interface Versioned {
  readonly name: string;
  readonly version: number;
}

/**
 * A workflow's name, steps and version, as one thing that does not change. For instances that are kept outside of an engine; inside,
 * each run has its version (docs/versions.md).
 *
 * @example
 * const order = new WorkflowDefinition("order", { steps: ["reserve", "charge"], version: 2 });
 *
 * @throws ValidationError the name is missing, or the version is no whole number from 1
 */
export class WorkflowDefinition {
  readonly name: string;
  readonly version: number;
  /** In order; what they mean, whoever runs them knows. */
  readonly steps: readonly unknown[];

  constructor(name: string, { steps = [], version = 1 }: { steps?: readonly unknown[]; version?: number } = {}) {
    const issues = [];
    if (typeof name !== "string" || name === "") issues.push({ path: "name", message: "is missing" });
    if (!Number.isSafeInteger(version) || version < 1) {
      issues.push({ path: "version", message: `${version} must be a whole number from 1` });
    }
    if (issues.length > 0) throw new ValidationError("definition", issues);
    this.name = name;
    this.version = version;
    this.steps = Object.freeze([...steps]);
    Object.freeze(this);
  }
}

/**
 * One execution of a definition, stamped with the version it was started with.
 *
 * @example
 * const instance = WorkflowInstance.create(new WorkflowDefinition("order"));
 * instance.validateDefinitionVersion(new WorkflowDefinition("order", { version: 2 })); // throws VersionMismatchError
 */
export class WorkflowInstance {
  readonly instanceId: string;
  readonly workflowName: string;
  readonly definitionVersion: number;

  constructor(instanceId: string, workflowName: string, definitionVersion: number) {
    this.instanceId = instanceId;
    this.workflowName = workflowName;
    this.definitionVersion = definitionVersion;
    Object.freeze(this);
  }

  /** A new one of this definition. */
  static create(definition: Versioned, instanceId: string = randomUUID()): WorkflowInstance {
    return new WorkflowInstance(instanceId, definition.name, definition.version);
  }

  /** A run of an engine, seen as one. */
  static of({ id, workflow, version }: Pick<Run, "id" | "workflow" | "version">): WorkflowInstance {
    return new WorkflowInstance(id, workflow, version);
  }

  /**
   * Whether this definition may go on with it. Ask before a step of an instance that is not new: another version's steps may mean
   * something else.
   *
   * @throws VersionMismatchError it is another version, or another workflow
   */
  validateDefinitionVersion(definition: Versioned): void {
    const { workflowName, definitionVersion } = this;
    const details = { workflow: workflowName, stored: definitionVersion, expected: definition.version };
    if (definition.name !== workflowName) {
      throw new VersionMismatchError(`instance is one of "${workflowName}", not of "${definition.name}"`, details);
    }
    if (definition.version === definitionVersion) return;
    throw new VersionMismatchError(
      `workflow "${workflowName}": instance was started with v${definitionVersion}, but definition is now v${definition.version}`,
      details,
    );
  }
}
