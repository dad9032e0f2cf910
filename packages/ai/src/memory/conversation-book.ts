import type { Message } from "../model/message.ts";

/** Whose conversation it is, and which. Conversations of different users are different ones, whatever they are called. */
export interface ThreadPlace {
  /** Empty for nobody in particular. */
  readonly user: string;
  readonly thread: string;
}

/** A message as it is kept. */
export interface KeptMessage {
  /** Its place in the thread, from 1. */
  readonly number: number;
  readonly message: Message;
  readonly tokens: number;
}

/** A message on its way into a book: one whose id is there already is not added again. */
export interface NewMessage {
  readonly id: string;
  readonly message: Message;
  readonly tokens: number;
}

/** What is known of a thread beside its messages. */
export interface ThreadFacts {
  readonly thread: string;
  /** What came before message `summarisedTo`, it included, in short. Empty where there is no summary. */
  readonly summary: string;
  readonly summarisedTo: number;
  /** Notes the agent keeps for itself while it works. Empty where there are none. */
  readonly working: string;
  readonly updatedAt: Date;
}

/** Something about a user that is kept beyond one conversation. */
export interface Note {
  readonly id: string;
  /** What is true (`fact`), or what happened (`episode`). */
  readonly kind: "fact" | "episode";
  readonly text: string;
  /** Where it comes from; null for nowhere in particular. */
  readonly thread: string | null;
  readonly at: Date;
}

/** Where conversations are kept: the port of memory. `memoryConversationBook` and `databaseConversationBook` are two. */
export interface ConversationBook {
  /** Adds messages at the end, all or none; gives the number of the last message then. */
  append(place: ThreadPlace, messages: readonly NewMessage[], at: Date): Promise<number>;
  /** Messages after a number, in order. */
  messages(place: ThreadPlace, after: number): Promise<KeptMessage[]>;
  /** Null where there is no such thread. */
  thread(place: ThreadPlace): Promise<ThreadFacts | null>;
  /** A user's threads, the last that was written to first. */
  threads(user: string): Promise<ThreadFacts[]>;
  /** Keeps a summary, unless one that goes further is there. */
  summarise(place: ThreadPlace, summary: string, to: number): Promise<void>;
  /** Replaces the working notes. */
  work(place: ThreadPlace, working: string, at: Date): Promise<void>;
  /** Keeps a note in the place of the one with its id. */
  note(user: string, note: Note): Promise<void>;
  /** A user's notes, the newest first. */
  notes(user: string, kind?: Note["kind"]): Promise<Note[]>;
  forgetNote(user: string, id: string): Promise<void>;
  /** Forgets a conversation, and the episodes of it. */
  forgetThread(place: ThreadPlace): Promise<void>;
  /** Forgets all there is of a user. */
  forgetUser(user: string): Promise<void>;
}

interface Thread {
  readonly messages: (KeptMessage & { readonly id: string })[];
  facts: ThreadFacts;
}

/**
 * A book in this process, gone with it: for tests and examples.
 *
 * @example
 * const book = memoryConversationBook();
 */
export function memoryConversationBook(): ConversationBook {
  return new MemoryBook();
}

class MemoryBook implements ConversationBook {
  readonly #users = new Map<string, { threads: Map<string, Thread>; notes: Map<string, Note> }>();

  #user(user: string) {
    let kept = this.#users.get(user);
    if (!kept) this.#users.set(user, (kept = { threads: new Map(), notes: new Map() }));
    return kept;
  }

  #thread({ user, thread }: ThreadPlace, at: Date): Thread {
    const { threads } = this.#user(user);
    let kept = threads.get(thread);
    if (!kept) {
      kept = { messages: [], facts: { thread, summary: "", summarisedTo: 0, working: "", updatedAt: at } };
      threads.set(thread, kept);
    }
    return kept;
  }

  async append(place: ThreadPlace, messages: readonly NewMessage[], at: Date): Promise<number> {
    const kept = this.#thread(place, at);
    kept.facts = { ...kept.facts, updatedAt: at };
    for (const one of messages) {
      if (kept.messages.some(({ id }) => id === one.id)) continue;
      kept.messages.push({ ...structuredClone(one), number: kept.messages.length + 1 });
    }
    return kept.messages.length;
  }

  async messages({ user, thread }: ThreadPlace, after: number): Promise<KeptMessage[]> {
    const kept = this.#users.get(user)?.threads.get(thread)?.messages ?? [];
    return kept
      .filter(({ number }) => number > after)
      .map(({ number, message, tokens }) => structuredClone({ number, message, tokens }));
  }

  async thread({ user, thread }: ThreadPlace): Promise<ThreadFacts | null> {
    return this.#users.get(user)?.threads.get(thread)?.facts ?? null;
  }

  async threads(user: string): Promise<ThreadFacts[]> {
    const kept = [...(this.#users.get(user)?.threads.values() ?? [])].map(({ facts }) => facts);
    return kept.sort((one, other) => other.updatedAt.getTime() - one.updatedAt.getTime());
  }

  async summarise(place: ThreadPlace, summary: string, summarisedTo: number): Promise<void> {
    const kept = this.#users.get(place.user)?.threads.get(place.thread);
    if (kept && kept.facts.summarisedTo < summarisedTo) kept.facts = { ...kept.facts, summary, summarisedTo };
  }

  async work(place: ThreadPlace, working: string, at: Date): Promise<void> {
    const kept = this.#thread(place, at);
    kept.facts = { ...kept.facts, working, updatedAt: at };
  }

  async note(user: string, note: Note): Promise<void> {
    this.#user(user).notes.set(note.id, { ...note });
  }

  async notes(user: string, kind?: Note["kind"]): Promise<Note[]> {
    const kept = [...(this.#users.get(user)?.notes.values() ?? [])];
    return kept
      .filter((one) => kind === undefined || one.kind === kind)
      .sort((one, other) => other.at.getTime() - one.at.getTime() || (one.id < other.id ? -1 : 1));
  }

  async forgetNote(user: string, id: string): Promise<void> {
    this.#users.get(user)?.notes.delete(id);
  }

  async forgetThread({ user, thread }: ThreadPlace): Promise<void> {
    const kept = this.#users.get(user);
    kept?.threads.delete(thread);
    for (const note of kept?.notes.values() ?? []) {
      if (note.kind === "episode" && note.thread === thread) kept?.notes.delete(note.id);
    }
  }

  async forgetUser(user: string): Promise<void> {
    this.#users.delete(user);
  }
}
