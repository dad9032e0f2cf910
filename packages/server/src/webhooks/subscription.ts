import type { EventType, FoundEvent } from "./event.ts";

/** Which events a subscription wants; everything that is given must hold. */
export interface EventFilter {
  types: EventType[];
  /** Names of workflows; null is all. */
  workflows: string[] | null;
  /** Attributes that the run has, with these values. */
  attributes: Record<string, string | number | boolean> | null;
  /** Of holds: those with at least one of these tags. Runs have none, and are told of all the same. */
  tags: string[] | null;
}

/** A subscription as it is kept. Times are milliseconds since 1970. */
export interface StoredSubscription {
  name: string;
  url: string;
  filter: EventFilter;
  paused: boolean;
  /** What its messages are signed with, sealed: the newest first. */
  secrets: { sealed: string; until: number | null }[];
  createdBy: string;
  createdAt: number;
}

/** Whether it wants to hear of an event. Nobody hears of what was before they asked. */
export function wants({ filter, createdAt }: StoredSubscription, { event, subject }: FoundEvent): boolean {
  const { types, workflows, attributes, tags } = filter;
  if (event.at < createdAt || !types.some((type) => type === event.type)) return false;
  if (workflows !== null && !workflows.includes(subject.workflow)) return false;
  if (attributes !== null && Object.entries(attributes).some(([name, value]) => subject.attributes[name] !== value))
    return false;
  return tags === null || subject.tags === null || subject.tags.some((tag) => tags.includes(tag));
}
