import { afterEach, describe, expect, test } from "vitest";
import { addressGuard, type DeliveryError, HttpSender } from "../index.ts";
import { httpReceiver } from "../outbox/receivers.fixture.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const receiver = async (...given: Parameters<typeof httpReceiver>): ReturnType<typeof httpReceiver> => {
  const made = await httpReceiver(...given);
  stops.push(made.stop);
  return made;
};
const post = (sender: HttpSender, url: string): Promise<{ status: number }> => sender.send("POST", url, "{}", {});
const failure = (sending: Promise<unknown>): Promise<DeliveryError> =>
  sending.then(
    () => Promise.reject(new Error("it was sent")),
    (error: unknown) => error as DeliveryError,
  );

describe("addresses inside are refused", () => {
  const guard = addressGuard();
  test.each([
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::ffff:0:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001:0:a00:1::",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "2001:db8::1",
    "not an address",
  ])("%s", (address) => expect(guard(address)).toBe(false));

  test("and those outside are not", () => {
    for (const address of ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
      expect([address, guard(address)]).toEqual([address, true]);
  });

  test("unless they are named", () => {
    const some = addressGuard(["10.1.0.0/16", "127.0.0.1", "fd00::/8"]);
    expect(["10.1.2.3", "127.0.0.1", "fd12::1", "::ffff:10.1.2.3"].map(some)).toEqual([true, true, true, true]);
    expect(["10.2.0.1", "127.0.0.2", "fc00::1"].map(some)).toEqual([false, false, false]);
    expect(() => addressGuard(["localhost"])).toThrow('"localhost" must be an address or a network');
  });
});

describe("a request", () => {
  test("to an address inside is never made, however it is written", async () => {
    const { url, received } = await receiver();
    const { port } = new URL(url);
    const sender = new HttpSender({ insecure: true });
    for (const host of [
      "127.0.0.1",
      "localhost",
      "127.1",
      "2130706433",
      "0x7f000001",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "0",
    ]) {
      const error = await failure(post(sender, `http://${host}:${port}/`));
      expect([host, error.hopeless, error.message]).toEqual([host, true, expect.stringContaining("not allowed")]);
    }
    expect(received).toHaveLength(0);
    expect(await post(new HttpSender({ insecure: true, allow: ["127.0.0.1"] }), url)).toMatchObject({ status: 200 });
  });

  test("goes to the address that was checked, although the name leads elsewhere by now", async () => {
    const { url, received } = await receiver();
    let asked = 0;
    const sender = new HttpSender({
      insecure: true,
      allow: ["127.0.0.1"],
      lookup: ((_name: string, _options: object, done: (error: null, found: object[]) => void) => {
        asked += 1;
        done(null, [{ address: asked === 1 ? "127.0.0.1" : "127.0.0.2", family: 4 }]);
      }) as never,
    });
    await post(sender, url.replace("127.0.0.1", "rebinding.example"));
    expect([asked, received.length]).toEqual([1, 1]);
    const second = await failure(post(sender, url.replace("127.0.0.1", "rebinding.example")));
    expect(second.message).toContain("127.0.0.2, which is not allowed");
    expect(received).toHaveLength(1);
  });

  test("to a name of which one address leads inside is not made", async () => {
    const { url, received } = await receiver();
    const sender = new HttpSender({
      insecure: true,
      lookup: ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
        done(null, [
          { address: "1.1.1.1", family: 4 },
          { address: "10.0.0.1", family: 4 },
        ])) as never,
    });
    expect((await failure(post(sender, url.replace("127.0.0.1", "two.example")))).message).toContain("10.0.0.1");
    expect(received).toHaveLength(0);
  });

  test("must be https, and carry no password in its address", async () => {
    expect((await failure(post(new HttpSender(), "http://example.com/"))).message).toContain("over https");
    expect((await failure(post(new HttpSender(), "file:///etc/passwd"))).hopeless).toBe(true);
    expect((await failure(post(new HttpSender(), "https://a:b@example.com/"))).message).toContain("password");
    expect((await failure(post(new HttpSender(), "nowhere"))).message).toContain("no URL");
  });

  const open = { insecure: true, allow: ["127.0.0.1"] };
  test("does not follow a redirect", async () => {
    const inside = await receiver();
    const { url } = await receiver(
      (_one, _count, response) => void response.writeHead(302, { location: inside.url }).end(),
    );
    const error = await failure(post(new HttpSender(open), url));
    expect([error.hopeless, error.details.status]).toEqual([true, 302]);
    expect(inside.received).toHaveLength(0);
  });

  test("ends when the receiver hangs, before its answer or in the middle", async () => {
    const silent = await receiver(() => {});
    expect((await failure(post(new HttpSender({ ...open, timeoutMs: 80 }), silent.url))).message).toContain(
      "took too long",
    );
    const slow = await receiver((_one, _count, response) => void response.writeHead(200).write("and"));
    expect((await failure(post(new HttpSender({ ...open, timeoutMs: 80 }), slow.url))).hopeless).toBe(false);
  });

  test("says which answers are worth another attempt, and after how long", async () => {
    const statuses = [400, 401, 404, 408, 410, 425, 429, 500, 503];
    const { url } = await receiver((_one, count, response) => {
      response.writeHead(statuses[count - 1] ?? 200, { "retry-after": "7" }).end("x".repeat(100_000));
    });
    const sender = new HttpSender(open);
    const hopeless: boolean[] = [];
    for (const _status of statuses) {
      const error = await failure(post(sender, url));
      hopeless.push(error.hopeless);
      expect(error.retryAfterMs).toBe(7000);
      expect(error.message.length).toBeLessThan(400);
    }
    expect(hopeless).toEqual([true, true, true, false, true, false, false, false, false]);
  });

  test("that was reset is tried again", async () => {
    const { url } = await receiver((_one, _count, response) => void response.socket?.destroy());
    const error = await failure(post(new HttpSender(open), url));
    expect([error.hopeless, error.message]).toEqual([false, expect.stringContaining("could not be reached")]);
  });
});
