import { integer } from "../columns/read.ts";
import type { Context, News, Program } from "../operations/program.ts";
import { one, run, unknownNamespace } from "../operations/program.ts";
import { contextOf } from "./namespace.ts";

/** What differs between two database servers: how a connection is had, and how a program runs on it. */
export interface ServerConnections<Connected> {
  /** `reading` may be done again when its connection was lost. */
  run<T>(work: (connected: Connected) => Promise<T>, mode: "reading" | "writing"): Promise<T>;
  read<T>(connected: Connected, program: Program<T>): Promise<T>;
  /** In one transaction. */
  change<T>(connected: Connected, program: Program<T>): Promise<T>;
  /** What was written is durable: whoever watches hears of it. */
  announce(namespace: string, news: News): void;
}

type Work<Connected, T> = (context: Context, connected: Connected) => Promise<T>;

/** Reads and writes in a namespace of a database server, each on a connection of the pool. */
export class ServerAccess<Connected> {
  readonly #connections: ServerConnections<Connected>;
  readonly #namespaces = new Map<string, number>();

  constructor(connections: ServerConnections<Connected>) {
    this.#connections = connections;
  }

  /** The key of a namespace, if it is known by now. */
  known(namespace: string): number | undefined {
    return this.#namespaces.get(namespace);
  }

  /** Forgets the namespaces: the store is closed. */
  forget(): void {
    this.#namespaces.clear();
  }

  /** A read that is no program. Where it takes several statements they may see different moments; none of them depends on the others. */
  look<T>(namespace: string, work: Work<Connected, T>): Promise<T> {
    return this.#connections.run(
      async (connected) => work(await this.#contextOf(connected, namespace), connected),
      "reading",
    );
  }

  /** The same for what may write, in a namespace that need not be there. */
  work<T>(namespace: string, work: Work<Connected, T>): Promise<T> {
    return this.#connections.run(
      async (connected) => work(await this.#contextOf(connected, namespace), connected),
      "writing",
    );
  }

  /** A write that is no program; it makes the namespace, and whoever watches hears of it once it is durable. */
  async write<T>(namespace: string, work: Work<Connected, T>): Promise<T> {
    const [result, { news }] = await this.#connections.run(async (connected) => {
      if (!this.#namespaces.has(namespace)) {
        await this.#connections.change(connected, run("insertNamespace", namespace));
      }
      const context = await this.#contextOf(connected, namespace);
      return [await work(context, connected), context] as const;
    }, "writing");
    this.#connections.announce(namespace, news);
    return result;
  }

  readonly reading = <T>(namespace: string, program: (context: Context) => Program<T>): Promise<T> =>
    this.look(namespace, (context, connected) => this.#connections.read(connected, program(context)));

  readonly changing = <T>(namespace: string, program: (context: Context) => Program<T>): Promise<T> =>
    this.write(namespace, (context, connected) => this.#connections.change(connected, program(context)));

  async #contextOf(connected: Connected, namespace: string): Promise<Context> {
    let pk = this.#namespaces.get(namespace);
    if (pk === undefined) {
      const row = await this.#connections.read(connected, one("namespace", namespace));
      if (row !== null) this.#namespaces.set(namespace, (pk = integer(row, "pk")));
    }
    return contextOf(namespace, pk ?? unknownNamespace);
  }
}
