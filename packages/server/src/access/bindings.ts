import { createHash } from "node:crypto";
import { type Engine, InvalidStateError, NotFoundError } from "@holdpoint/core";
import { SharedReads } from "../keys/shared-reads.ts";
import { Stored } from "../sign-in/stored.ts";
import type { BoundRole, Principal } from "./principal.ts";

/** Whom a role is given to. */
export interface BindingSubject {
  kind: "person" | "group" | "key";
  name: string;
}

/** A role that somebody was given, as it is kept. */
export interface StoredBinding extends BoundRole {
  id: string;
  subject: BindingSubject;
  createdBy: string | null;
  createdAt: number;
}

/** By what somebody is given roles. */
type Named = Pick<Principal, "id" | "groups" | "key">;

/** Those of some roles that somebody was given, by name, by group or by key. */
export function boundTo({ id, groups = [], key }: Named, all: readonly StoredBinding[]): StoredBinding[] {
  return all.filter(({ subject: { kind, name } }) => {
    if (kind === "person") return name === id;
    return kind === "group" ? groups.includes(name) : name === key;
  });
}

/** So many in a namespace: all of them are read with each request. */
const most = 1000;

/**
 * Who was given which role, for which workflows: people, groups and keys of a namespace. All of a namespace are one record, so that a change holds with the next request
 * of every server, and one read by key says it.
 */
export class RoleBindings {
  private readonly kept: Stored<StoredBinding[]>;
  private readonly now: () => number;
  /** For each request of everybody: those whose key was read together read once, and at once: a turn later they would be written in another transaction than those behind them. */
  private readonly shared = new SharedReads((namespace) => this.list(namespace), process.nextTick);

  constructor(engine: Engine, now: () => number) {
    this.kept = new Stored(engine, "roleBindings", now);
    this.now = now;
  }

  /** All of a namespace, in the order they were given. */
  async list(namespace: string): Promise<StoredBinding[]> {
    return (await this.kept.read(namespace))?.value ?? [];
  }

  /** The roles somebody was given by name, by group or by key. */
  async of(principal: Named & Pick<Principal, "namespace">): Promise<StoredBinding[]> {
    return boundTo(principal, await this.shared.get(principal.namespace));
  }

  /** Gives a role; the same again changes nothing. Throws `InvalidStateError` when there are too many. */
  async bind(namespace: string, subject: BindingSubject, bound: BoundRole, by: string | null): Promise<StoredBinding> {
    const workflows = bound.workflows === null ? null : [...new Set(bound.workflows)].sort();
    const said = JSON.stringify([subject.kind, subject.name, bound.role, workflows]);
    const id = `b_${createHash("sha256").update(said).digest("hex").slice(0, 32)}`;
    const made: StoredBinding = { id, subject, role: bound.role, workflows, createdBy: by, createdAt: this.now() };
    let result = made;
    await this.change(namespace, (all) => {
      const same = all.find((one) => one.id === id);
      result = same ?? made;
      if (same === undefined && all.length >= most)
        throw new InvalidStateError(`there are ${most} roles given already: give them to groups, or take some back`);
      return same === undefined ? [...all, made] : all;
    });
    return result;
  }

  /** One of a namespace. Throws `NotFoundError`. */
  async get(namespace: string, id: string): Promise<StoredBinding> {
    const found = (await this.list(namespace)).find((one) => one.id === id);
    if (found === undefined) throw new NotFoundError("binding", id);
    return found;
  }

  /** Takes a role back. Throws `NotFoundError`. */
  async unbind(namespace: string, id: string): Promise<void> {
    await this.get(namespace, id);
    await this.change(namespace, (all) => all.filter((one) => one.id !== id));
  }

  private async change(namespace: string, to: (all: StoredBinding[]) => StoredBinding[]): Promise<void> {
    for (;;) {
      const read = await this.kept.read(namespace);
      const next = to(read?.value ?? []);
      const expected = read?.revision ?? ("absent" as const);
      if ((await this.kept.write(namespace, next, { expected, expiresAt: null })) !== null) return;
    }
  }
}
