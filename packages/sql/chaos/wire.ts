import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What a cut does to what is on its way, and to what comes after. */
export const cuts = ["reset", "silence", "late", "deaf"] as const;
/**
 * `reset`: every connection breaks at once, new ones are refused. `silence`: nothing arrives any more, neither way; in the end
 * the connections break. `late`: the same, but in the end everything arrives after all. `deaf`: the database hears the worker, the
 * worker hears nothing, and then the connections break: what was committed is not known.
 */
export type Cut = (typeof cuts)[number];

interface Line {
  worker: Socket;
  database: Socket;
}

/** The network between one worker and the database: every byte passes here. */
export class Wire {
  readonly #target: number;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #cut: Cut | null = null;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((worker) => this.#join(worker));
  }

  static async lay(target: number): Promise<Wire> {
    const wire = new Wire(target);
    await new Promise<void>((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(how: Cut): void {
    this.#cut = how;
    for (const line of this.#lines) this.#apply(line);
  }

  mend(): void {
    const how = this.#cut;
    this.#cut = null;
    for (const { worker, database } of this.#lines) {
      if (how === "late") {
        worker.resume();
        database.resume();
      } else {
        worker.destroy();
        database.destroy();
      }
    }
  }

  close(): void {
    for (const { worker, database } of this.#lines) {
      worker.destroy();
      database.destroy();
    }
    this.#server.close();
  }

  #join(worker: Socket): void {
    const database = connect({ port: this.#target, host: "127.0.0.1", noDelay: true });
    worker.setNoDelay(true);
    const line: Line = { worker, database };
    this.#lines.add(line);
    const end = (): void => {
      this.#lines.delete(line);
      worker.destroy();
      database.destroy();
    };
    for (const socket of [worker, database]) socket.on("error", end).on("close", end);
    // Not `pipe`, which would resume what a cut has paused.
    worker.on("data", (chunk) => database.write(chunk));
    database.on("data", (chunk) => worker.write(chunk));
    this.#apply(line);
  }

  #apply({ worker, database }: Line): void {
    switch (this.#cut) {
      case null:
        return;
      case "reset":
        worker.resetAndDestroy();
        database.destroy();
        return;
      case "deaf":
        database.pause();
        return;
      default:
        worker.pause();
        database.pause();
    }
  }
}
