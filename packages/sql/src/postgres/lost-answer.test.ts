import { connect, createServer, type Server, type Socket } from "node:net";
import { createEngine, workflow } from "@holdpoint/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Place, places, stopPlaces } from "../database/places.fixture.ts";
import { missing } from "../fixtures/cluster.ts";
import { postgres } from "./postgres-store.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Between an application and its server: cuts the connection on which `commit` goes by, before or behind it, once. */
class Cutter {
  cuts = 0;
  armed = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(port: number, when: "before" | "behind") {
    this.#server = createServer((client) => {
      const server = connect(port, "127.0.0.1");
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
      }
      const end = (): void => {
        client.destroy();
        server.destroy();
      };
      client.on("close", end);
      server.on("close", end);
      let deaf = false;
      client.on("data", (bytes: Buffer) => {
        // A simple query: Q, its length, the text, a zero.
        const commits = this.armed && this.cuts === 0 && bytes.includes("commit\0") && !bytes.includes("begin");
        if (!commits) return void server.write(bytes);
        this.cuts++;
        if (when === "before") return end();
        // The server commits; nobody hears of it.
        deaf = true;
        server.write(bytes);
      });
      server.on("data", (bytes: Buffer) => {
        if (deaf) end();
        else client.write(bytes);
      });
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

describe.skipIf(missing !== null)(`a commit nobody answered${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let place: Place;
  beforeAll(async () => {
    place = await places[1].make();
  });
  afterAll(stopPlaces);

  test.each([
    ["before", 2],
    ["behind", 1],
  ] as const)("cut off %s the commit, the effect is there once; its function ran %i times", async (when, calls) => {
    await place.admin("delete from account");
    await place.admin("insert into account (id, balance) values ('ana', 100)");
    const address = new URL(place.url);
    const cutter = new Cutter(Number(address.port), when);
    address.port = String(await cutter.listen());
    let called = 0;
    const pay = workflow({ name: "pay" }, (ctx) =>
      ctx.transaction("take", async (tx) => {
        called++;
        cutter.armed = true;
        await tx.execute("update account set balance = balance - 30 where id = 'ana'");
        return called;
      }),
    );
    const engine = createEngine({
      store: postgres(address.href, { schema: place.schema }),
      workflows: [pay],
      log: quiet,
    });
    const run = await engine.run(pay, undefined, { id: `pay-${when}` });
    await engine.runUntilIdle();
    expect(await run.result({ timeout: "60s" })).toBe(calls);
    expect([cutter.cuts, called]).toEqual([1, calls]);
    expect(await place.admin("select balance from account")).toEqual([{ balance: 70 }]);
    expect((await engine.verify(run.id)).verdict).toBe("intact");
    await engine.stop();
    cutter.close();
  });
});
