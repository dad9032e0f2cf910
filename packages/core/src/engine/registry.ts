import { NotFoundError, ValidationError } from "../errors.ts";
import type { Capability } from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";

/** The workflows an engine has, by name and version. */
export class Registry {
  private readonly byName = new Map<string, Map<number, AnyWorkflow>>();
  private readonly retired = new Set<string>();

  constructor(workflows: readonly AnyWorkflow[]) {
    for (const workflow of workflows) this.add(workflow);
  }

  /** A version more; its workflow is not retired any longer. */
  add(workflow: AnyWorkflow): void {
    const versions = this.byName.get(workflow.name) ?? new Map<number, AnyWorkflow>();
    if (versions.has(workflow.version)) {
      throw new ValidationError("workflows", [
        { path: workflow.name, message: `version ${workflow.version} is registered twice; raise one of them` },
      ]);
    }
    versions.set(workflow.version, workflow);
    this.byName.set(workflow.name, versions);
    this.retired.delete(workflow.name);
  }

  /** Nothing of it is started any more; what was started goes on. */
  retire(name: string): void {
    this.retired.add(name);
  }

  isRetired(name: string): boolean {
    return this.retired.has(name);
  }

  capabilities(): Capability[] {
    return this.all().map(({ name, version }) => ({ workflow: name, version }));
  }

  all(): AnyWorkflow[] {
    return [...this.byName.values()].flatMap((versions) => [...versions.values()]);
  }

  exact(name: string, version: number): AnyWorkflow | null {
    return this.byName.get(name)?.get(version) ?? null;
  }

  newest(name: string): AnyWorkflow | null {
    return this.newerThan(name, 0)[0] ?? null;
  }

  /** Versions above `version`, newest first. */
  newerThan(name: string, version: number): AnyWorkflow[] {
    const versions = [...(this.byName.get(name)?.values() ?? [])];
    return versions.filter((one) => one.version > version).sort((a, b) => b.version - a.version);
  }

  /** The newest version of a workflow, to start a run of it; says what was probably meant when there is none. */
  require(name: string): AnyWorkflow {
    const workflow = this.newest(name);
    if (workflow && !this.retired.has(name)) return workflow;
    if (workflow) throw new NotFoundError("workflow", name, "it was retired: its runs go on, and no new ones begin");
    const close = closest(name, [...this.byName.keys()]);
    throw new NotFoundError(
      "workflow",
      name,
      close ? `did you mean "${close}"?` : "register it in createEngine({ workflows })",
    );
  }
}

/** The most similar of some names, if any is similar enough to be a slip. */
export function closest(name: string, names: readonly string[]): string | null {
  let best: { name: string; distance: number } | null = null;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(2, Math.floor(candidate.length / 3)) && (!best || distance < best.distance)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name ?? null;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
