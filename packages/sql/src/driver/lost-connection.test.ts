import { type AddressInfo, createServer, connect as toPort } from "node:net";
import { afterEach, expect, test } from "vitest";
import { isLost as isLostOnMysql } from "../mysql/errors.ts";
import { isLost, sqlState } from "../postgres/errors.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** What Node says to a program that writes to a socket after `before` happened to it. */
async function errorOfWriting(before: "the other side ended it" | "it was ended" | "it was destroyed"): Promise<Error> {
  const server = createServer((peer) => {
    peer.on("error", () => undefined);
    if (before === "the other side ended it") peer.end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const socket = toPort((server.address() as AddressInfo).port, "127.0.0.1");
  closing.push(
    () => void socket.destroy(),
    () => void server.close(),
  );
  await new Promise((connected) => socket.once("connect", connected));
  if (before === "the other side ended it") await new Promise((closed) => socket.resume().once("close", closed));
  if (before === "it was ended") socket.end();
  if (before === "it was destroyed") socket.destroy();
  return new Promise((failed) => {
    socket.on("error", failed);
    socket.write("select 1", (error) => error && failed(error));
  });
}

test.each(["the other side ended it", "it was ended", "it was destroyed"] as const)(
  "a statement written to a socket when %s is known to be lost, and no answer of the server",
  async (before) => {
    const error = await errorOfWriting(before);
    expect(error).toHaveProperty("code");
    expect({ postgres: isLost(error), mysql: isLostOnMysql(error) }, error.message).toEqual({
      postgres: true,
      mysql: true,
    });
    expect(sqlState(error)).toBeNull();
  },
);
