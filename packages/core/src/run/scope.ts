import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { Execution } from "./execution.ts";

/**
 * A branch of a run: the whole function, one branch of `all`/`race`/`map`, or a shielded part.
 *
 * A key is `scope/kind:name#n`, n counted per scope, kind and name, and assigned at the call: what other
 * branches do meanwhile cannot change it.
 */
export class Scope {
  readonly path: string;
  readonly parent: Scope | null;
  readonly shielded: boolean;
  /** Keys that begin with `path` and yet belong to another scope. */
  private readonly others: RegExp | null;
  /** It lost a race that keeps what its losers did. */
  keepsLost = false;
  /** It has lost, and the write that says so is on its way: nothing more begins here. */
  closing = false;
  /** Once set, every call in this scope rejects with it. */
  cancelledBy: Error | null = null;
  private workflowSite: Site | null = null;
  /** The kind and name of the last key, what stands before its number, and that number: mostly the next one is its sequel. */
  private lastKind = "";
  private lastName = "";
  private lastBase = "";
  private lastNumber = 0;
  /** The numbers of all others. */
  private counters: Map<string, number> | null = null;

  constructor(parent: Scope | null, path: string, shielded = false, others: RegExp | null = null) {
    this.parent = parent;
    this.path = path;
    this.shielded = shielded;
    this.others = others;
  }

  /** Whether something recorded belongs to this scope, with no shield between. */
  owns(key: string): boolean {
    return key.startsWith(this.path) && !this.others?.test(key) && !shieldIn.test(key.slice(this.path.length));
  }

  /** One of several tries of the whole run. The first one has no path, so that its keys stay short. */
  attempt(number: number): Scope {
    return number === 1 ? new Scope(this, "", false, laterTries) : this.branch("try", String(number));
  }

  /** The next key for a call of this kind and name. */
  key(kind: string, name: string): string {
    if (kind !== this.lastKind || name !== this.lastName) {
      if (this.lastNumber > 0) (this.counters ??= new Map()).set(this.lastBase, this.lastNumber);
      this.lastKind = kind;
      this.lastName = name;
      this.lastBase = name === "" ? this.path + kind : `${this.path}${kind}:${name}`;
      this.lastNumber = this.counters?.get(this.lastBase) ?? 0;
    }
    return `${this.lastBase}#${++this.lastNumber}`;
  }

  /** Where workflow code of this scope is. */
  site(execution: Execution): Site {
    this.workflowSite ??= { execution, scope: this, inStep: false };
    return this.workflowSite;
  }

  /** The scope of one branch of the combinator `key`. */
  branch(key: string, name: string): Scope {
    return new Scope(this, `${key}.${name.replaceAll("/", "%2F")}/`);
  }

  /** A scope that cancellation from further up does not reach. */
  shield(name = ""): Scope {
    return new Scope(this, `${this.key("shield", name)}/`, true);
  }

  /** Why calls here must reject; null while they may go on. A shield keeps out what happened further up. */
  cancellation(): Error | null {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      if (scope.cancelledBy) return scope.cancelledBy;
      if (scope.shielded) return null;
    }
    return null;
  }

  /** Whether it, or a branch around it with no shield between, has lost. */
  get lost(): boolean {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      if (scope.closing) return true;
      if (scope.shielded) return false;
    }
    return false;
  }

  /** Whether its completed steps stay although its branch was closed. */
  get keeps(): boolean {
    for (let scope: Scope | null = this; scope; scope = scope.parent) if (scope.keepsLost) return true;
    return false;
  }

  /** Whether this scope is `other` or lies inside it, with no shield between. */
  reachedBy(other: Scope): boolean {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      if (scope === other) return true;
      if (scope.shielded) return false;
    }
    return false;
  }
}

/** A shield in the rest of a key. */
const shieldIn = /(^|\/)shield(:[^/]*)?#\d+\//;

/** What belongs to a run's later tries, and to the pauses between them. */
const laterTries = /^(try\.\d+\/|sleep:before the next try#)/;

/** Where the running code is: in which run and branch, and whether inside a step's function. */
export interface Site {
  readonly execution: Execution;
  readonly scope: Scope;
  readonly inStep: boolean;
}

/** Carries the site along the author's awaits, so that the outer `ctx` used in a branch means the branch. */
export const sites = new AsyncLocalStorage<Site | undefined>();

/** The name of our asynchronous resources, for those who watch them. */
export const resourceType = "HOLDPOINT";

const placeHere = (): AsyncResource => new AsyncResource(resourceType, { requireManualDestroy: true });

/** Outside of every run: the engine's own work is nobody's code. */
const outside = placeHere();

/**
 * Runs the engine's own work outside of every run. `sites.run(undefined, …)` makes two storage maps and leaves them to the
 * collector (0.6 µs); this takes 30 ns.
 */
export function runOutside<A, T>(work: (argument: A) => T, argument: A): T {
  return outside.runInAsyncScope(work, undefined, argument);
}

/** A place for everything that is run at a site: it is entered as cheaply as `runOutside`. */
export function placeAt(site: Site): AsyncResource {
  return outside.runInAsyncScope(() => sites.run(site, placeHere));
}

/** Runs a workflow's function at its site, and in no other storage of whoever happened to start the run. */
export function runAt<T>(site: Site, fn: () => T): T {
  return placeAt(site).runInAsyncScope(fn);
}
