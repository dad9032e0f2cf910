import { afterEach, expect, test } from "vitest";
import { auditLog } from "../audit/audit-log.ts";
import { Office } from "../fixtures/office.ts";
import { type ForwardedHeader, TrustedProxies } from "./trusted-proxies.ts";

const ours = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"];
const seen = (peer: string | null, sent: string, header: ForwardedHeader = "x-forwarded-for"): string | null =>
  new TrustedProxies(ours, header).clientOf(peer, new Headers({ [header]: sent }));

test.each<[string, string | null, string, string | null]>([
  ["one proxy", "10.0.0.7", "203.0.113.9", "203.0.113.9"],
  ["two proxies", "10.0.0.7", "203.0.113.9, 192.0.2.7", "203.0.113.9"],
  ["a proxy over IPv6, written in either way", "::ffff:10.0.0.7", "::ffff:203.0.113.9", "203.0.113.9"],
  ["a proxy of a network of IPv6", "fd00::1", "2001:db8::1", "2001:db8::1"],
  ["a proxy that says the port", "10.0.0.7", "203.0.113.9:4711, [fd00::2]:80", "203.0.113.9"],
  ["what the client wrote before", "10.0.0.7", "127.0.0.1, 10.0.0.1, 203.0.113.9", "203.0.113.9"],
  ["a client that speaks for itself", "203.0.113.9", "127.0.0.1", "203.0.113.9"],
  ["nobody knows who has the connection", null, "127.0.0.1", null],
  ["a proxy that says nothing of use", "10.0.0.7", "unknown", "10.0.0.7"],
  ["a word behind what the client wrote", "10.0.0.7", "127.0.0.1, nonsense", "10.0.0.7"],
  ["an empty header", "10.0.0.7", "", "10.0.0.7"],
  ["a request of a proxy itself", "10.0.0.7", "10.0.0.9", "10.0.0.9"],
  ["a very long chain", "10.0.0.7", `203.0.113.9, ${"10.0.0.1, ".repeat(50)}10.0.0.1`, "10.0.0.1"],
])("%s", (_, peer, sent, client) => {
  expect(seen(peer, sent)).toBe(client);
});

test("Forwarded is read where proxies write that, and a client's of the other name is passed over", () => {
  const said = (sent: string) => seen("10.0.0.7", sent, "forwarded");
  expect(said('for=127.0.0.1, For="[2001:db8:cafe::17]:4711";proto=https;by=10.0.0.7')).toBe("2001:db8:cafe::17");
  expect(said("proto=https;for=203.0.113.9, for=192.0.2.7")).toBe("203.0.113.9");
  for (const sent of [
    "for=unknown",
    "for=_hidden",
    "proto=https",
    "for=1.1.1.1;for=2.2.2.2",
    'for="1.1.1.1',
    "203.0.113.9",
  ])
    expect(said(sent), sent).toBe("10.0.0.7");
  const both = new Headers({ forwarded: "for=127.0.0.1", "x-forwarded-for": "203.0.113.9" });
  expect(new TrustedProxies(ours).clientOf("10.0.0.7", both)).toBe("203.0.113.9");
  expect(
    new TrustedProxies(ours, "forwarded").clientOf("10.0.0.7", new Headers({ "x-forwarded-for": "127.0.0.1" })),
  ).toBe("10.0.0.7");
});

test("what is no address and no network is named, and nobody trusts everybody", () => {
  for (const wrong of [
    "proxy.internal",
    "10.0.0.0/33",
    "10.0.0.0/",
    "fd00::/129",
    "0.0.0.0/0",
    "::/0",
    "fe80::1%eth0",
    "",
  ])
    expect(() => new TrustedProxies(["10.0.0.1", wrong]), wrong).toThrow(/trustedProxies\.1: "/);
});

let office: Office | null = null;
afterEach(async () => {
  await office?.close();
  office = null;
});

const from = (remoteAddress: string) => ({
  incoming: { socket: { remoteAddress, remotePort: 1, remoteFamily: "IPv4" } },
});
const ask = (peer: string, sent: Record<string, string>) =>
  office?.app.fetch(new Request("http://localhost/api/v1/runs", { headers: sent }), from(peer));

test("rates count who a trusted proxy speaks for, the audit log has them, and a client cannot pass for another", async () => {
  office = await new Office({ trustedProxies: ["10.0.0.7"], rates: { perAddress: { limit: 2, per: "1h" } } }).open();
  const statuses = async (peer: string, ...chains: string[]): Promise<number[]> => {
    const all: number[] = [];
    for (const chain of chains) all.push((await ask(peer, { "x-forwarded-for": chain }))?.status ?? 0);
    return all;
  };
  expect(await statuses("10.0.0.7", "203.0.113.1", "203.0.113.1", "203.0.113.1")).toEqual([401, 401, 429]);
  expect(await statuses("10.0.0.7", "203.0.113.2", "9.9.9.9, 203.0.113.1", "8.8.8.8, 203.0.113.1")).toEqual([
    401, 429, 429,
  ]);
  // Past the proxy: the header is theirs.
  expect(await statuses("203.0.113.3", "1.1.1.1", "1.1.1.2", "1.1.1.3")).toEqual([401, 401, 429]);
  await office.close();
  const { items } = await auditLog(office.engine).page({}, { limit: 20 });
  expect(new Set(items.map(({ address }) => address))).toEqual(new Set(["203.0.113.1", "203.0.113.2", "203.0.113.3"]));
});

test("without trusted proxies nobody is believed", async () => {
  office = await new Office({ rates: { perAddress: { limit: 1, per: "1h" } } }).open();
  expect((await ask("10.0.0.7", { "x-forwarded-for": "203.0.113.1" }))?.status).toBe(401);
  expect((await ask("10.0.0.7", { "x-forwarded-for": "203.0.113.2", forwarded: "for=203.0.113.3" }))?.status).toBe(429);
});
