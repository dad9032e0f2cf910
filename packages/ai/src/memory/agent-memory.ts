import { ValidationError } from "@holdpoint/core";
import type { Message } from "../model/message.ts";
import { textOf } from "../model/message.ts";
import type { Embedder } from "../retrieval/embed.ts";
import { indexDocuments } from "../retrieval/indexing.ts";
import { retriever } from "../retrieval/retriever.ts";
import type { SearchIndex } from "../retrieval/search-index.ts";
import type { ModelStepOptions } from "../step/model-step.ts";
import type { ConversationBook, KeptMessage, Note, ThreadFacts, ThreadPlace } from "./conversation-book.ts";
import { type CountTokens, roughTokens, tokensOf } from "./window.ts";

/** What `agentMemory` takes. */
export interface AgentMemoryOptions {
  /** Where conversations are kept. */
  book: ConversationBook;
  /** How many tokens of a conversation a model is told. Default 8000. */
  window?: number;
  /** Puts what falls out of the window into a summary, by a recorded model call. `true`, or how to ask. Default: it is left out. */
  summarise?: boolean | (ModelStepOptions & { prompt?: string });
  /** Makes what was said, learnt and done findable. Without it the newest notes are recalled, and nothing is searched. */
  index?: SearchIndex;
  /** Finds by meaning as well as by words. */
  embedder?: Embedder;
  /** How many facts and episodes are recalled each time. Default 5 and 3. */
  recall?: { facts?: number; episodes?: number };
  /** Counts tokens. Default: one for each four characters. */
  count?: CountTokens;
}

/** Something that was found. */
export interface Remembered {
  readonly kind: "message" | "fact" | "episode";
  readonly text: string;
  readonly thread: string | null;
  readonly score: number;
}

/** What agents remember: conversations, facts about users, and what happened. Made by `agentMemory`. */
export class AgentMemory {
  readonly book: ConversationBook;
  /** Of a conversation, in tokens. */
  readonly window: number;
  readonly summarise: AgentMemoryOptions["summarise"];
  readonly count: CountTokens;
  readonly recalls: { readonly facts: number; readonly episodes: number };
  readonly #index: SearchIndex | undefined;
  readonly #embedder: Embedder | undefined;

  constructor({ book, window = 8000, summarise = false, index, embedder, recall, count }: AgentMemoryOptions) {
    this.book = book;
    this.window = window;
    this.summarise = summarise;
    this.count = count ?? roughTokens;
    this.recalls = { facts: recall?.facts ?? 5, episodes: recall?.episodes ?? 3 };
    this.#index = index;
    this.#embedder = embedder;
  }

  /** There is an index to search. */
  get searchable(): boolean {
    return this.#index !== undefined;
  }

  /**
   * One conversation, for `agentStep(ctx, agent, input, { memory })`.
   *
   * @throws ValidationError a name is empty or longer than 200
   */
  thread(thread: string, { user = "" }: { user?: string } = {}): ThreadMemory {
    checkName("thread", thread);
    if (user !== "") checkName("user", user);
    return Object.freeze({ memory: this, place: Object.freeze({ user, thread }) });
  }

  /** A user's conversations, the last that was written to first. */
  threads(user: string): Promise<ThreadFacts[]> {
    return this.book.threads(user);
  }

  /** What was said in a conversation, from the beginning. */
  messages({ place }: ThreadMemory): Promise<KeptMessage[]> {
    return this.book.messages(place, 0);
  }

  /** Learns something about a user; the same id is the same fact, newly put. */
  async learn(user: string, fact: { text: string; id?: string; thread?: string }, at = new Date()): Promise<void> {
    checkName("user", user);
    const id = fact.id ?? fact.text.trim().toLowerCase().slice(0, 180);
    checkName("id", id);
    await this.keep(user, { id: `fact ${id}`, kind: "fact", text: fact.text, thread: fact.thread ?? null, at });
  }

  /** What is known about a user, the newest first. */
  facts(user: string): Promise<Note[]> {
    return this.book.notes(user, "fact");
  }

  /** Keeps a note, and makes it findable. */
  async keep(user: string, note: Note): Promise<void> {
    await this.book.note(user, note);
    await this.#put(user, note.id, note);
  }

  /** Makes messages findable: what users and models said, without tool calls. */
  async indexMessages({ user, thread }: ThreadPlace, messages: readonly KeptMessage[]): Promise<void> {
    if (!this.#index) return;
    const documents = messages.flatMap(({ number, message }) => {
      const text = wordsOf(message);
      const metadata = { user, thread, kind: "message" };
      return text === "" ? [] : [{ id: messageId({ user, thread }, number), text, metadata }];
    });
    await indexDocuments(documents, this.#indexing(this.#index));
  }

  /**
   * Finds what a user said and was told, what is known about them and what happened.
   *
   * @throws ValidationError there is no index, or no user
   */
  async search(
    user: string,
    query: string,
    { kind, limit = 10 }: { kind?: Remembered["kind"]; limit?: number } = {},
  ): Promise<Remembered[]> {
    checkName("user", user);
    if (!this.#index) {
      const message = "is missing: give agentMemory() one, memoryIndex() or databaseIndex(db), to search";
      throw new ValidationError("memory", [{ path: "index", message }]);
    }
    const from = retriever({ index: this.#index, ...(this.#embedder && { embedder: this.#embedder }) });
    const found = await from.search(query, { limit, filter: { user, ...(kind && { kind }) } });
    return found.map(({ text, score, metadata }) => ({
      kind: metadata.kind as Remembered["kind"],
      thread: typeof metadata.thread === "string" ? metadata.thread : null,
      ...{ text, score },
    }));
  }

  /** Notes that go with a text; the newest where nothing is searched. */
  async related(user: string, kind: Note["kind"], text: string, limit: number): Promise<string[]> {
    if (limit === 0 || user === "") return [];
    if (this.#index && text !== "") return (await this.search(user, text, { kind, limit })).map((one) => one.text);
    return (await this.book.notes(user, kind)).slice(0, limit).map((one) => one.text);
  }

  /** Forgets one fact. */
  async unlearn(user: string, id: string): Promise<void> {
    await this.#index?.remove([noteId(user, `fact ${id}`)]);
    await this.book.forgetNote(user, `fact ${id}`);
  }

  /** Forgets a conversation and the episodes of it; what was learnt about the user stays. */
  async forgetThread({ place }: ThreadMemory): Promise<void> {
    await this.#unindexThread(place);
    await this.book.forgetThread(place);
  }

  /**
   * Forgets everything about a user: conversations, facts, episodes, and what of it was findable. Runs keep what they recorded until they are erased
   * themselves.
   */
  async forgetUser(user: string): Promise<void> {
    checkName("user", user);
    // First what is findable: what is cut off in the middle can be done again, because the book still knows what there was.
    for (const { thread } of await this.book.threads(user)) await this.#unindexThread({ user, thread });
    await this.#index?.remove((await this.book.notes(user)).map(({ id }) => noteId(user, id)));
    await this.book.forgetUser(user);
  }

  /** How many tokens a message has. */
  tokens(message: Message): number {
    return tokensOf(message, this.count);
  }

  async #unindexThread(place: ThreadPlace): Promise<void> {
    if (!this.#index) return;
    const messages = await this.book.messages(place, 0);
    const episodes = (await this.book.notes(place.user, "episode")).filter(({ thread }) => thread === place.thread);
    await this.#index.remove([
      ...messages.map(({ number }) => messageId(place, number)),
      ...episodes.map(({ id }) => noteId(place.user, id)),
    ]);
  }

  async #put(user: string, id: string, { text, kind, thread }: Note): Promise<void> {
    if (!this.#index) return;
    const document = { id: noteId(user, id), text, metadata: { user, kind, ...(thread !== null && { thread }) } };
    await indexDocuments([document], this.#indexing(this.#index));
  }

  #indexing(index: SearchIndex) {
    return { index, ...(this.#embedder && { embedder: this.#embedder }) };
  }
}

/** One conversation of one user. */
export interface ThreadMemory {
  readonly memory: AgentMemory;
  readonly place: ThreadPlace;
}

/**
 * Memory for agents: conversations by thread and user within a window of tokens, summaries, facts and episodes.
 *
 * @example
 * const memory = agentMemory({ book: databaseConversationBook(database("app.db")), summarise: true });
 * await agentStep(ctx, support, question, { memory: memory.thread("ticket-7", { user: "ana" }) });
 *
 * @throws ValidationError an option makes no sense
 */
export function agentMemory(options: AgentMemoryOptions): AgentMemory {
  const { window = 8000 } = options;
  if (Number.isInteger(window) && window >= 1) return new AgentMemory(options);
  throw new ValidationError("agentMemory", [{ path: "window", message: `${window} must be a whole number from 1` }]);
}

const messageId = (place: ThreadPlace, number: number): string =>
  JSON.stringify(["message", place.user, place.thread, number]);
const noteId = (user: string, id: string): string => JSON.stringify(["note", user, id]);

function checkName(path: string, name: unknown): void {
  if (typeof name === "string" && name !== "" && name.length <= 200 && !name.includes("\0")) return;
  throw new ValidationError("memory", [{ path, message: "must be a text of 1 to 200 characters" }]);
}

/** What was said in words. */
export function wordsOf({ role, content }: Message): string {
  if (role === "tool" || role === "system") return "";
  if (typeof content === "string") return content;
  if (role === "assistant") return textOf(content);
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}
