import { BlockList, isIP } from "node:net";

/** Networks that a request from inside must not be led to (RFC 6890 and its registries), and why. */
const closed: readonly [network: string, prefix: number, family: "ipv4" | "ipv6"][] = [
  ["0.0.0.0", 8, "ipv4"], // this network
  ["10.0.0.0", 8, "ipv4"], // private
  ["100.64.0.0", 10, "ipv4"], // carrier-grade NAT
  ["127.0.0.0", 8, "ipv4"], // this machine
  ["169.254.0.0", 16, "ipv4"], // link-local: cloud metadata
  ["172.16.0.0", 12, "ipv4"], // private
  ["192.0.0.0", 24, "ipv4"], // protocol assignments
  ["192.0.2.0", 24, "ipv4"], // documentation
  ["192.88.99.0", 24, "ipv4"], // 6to4 relays
  ["192.168.0.0", 16, "ipv4"], // private
  ["198.18.0.0", 15, "ipv4"], // benchmarks
  ["198.51.100.0", 24, "ipv4"], // documentation
  ["203.0.113.0", 24, "ipv4"], // documentation
  ["224.0.0.0", 4, "ipv4"], // multicast
  ["240.0.0.0", 4, "ipv4"], // reserved, broadcast
  ["2001::", 23, "ipv6"], // protocol assignments, Teredo
  ["2001:db8::", 32, "ipv6"], // documentation
  ["2002::", 16, "ipv6"], // 6to4: an IPv4 address in disguise
  ["3fff::", 20, "ipv6"], // documentation
];

const refused = new BlockList();
for (const [network, prefix, family] of closed) refused.addSubnet(network, prefix, family);
/** All of IPv6 that anybody is reached at; the rest is local, multicast, reserved, or an IPv4 address in disguise. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** Says of an address whether a request may go there. */
export type AddressGuard = (address: string) => boolean;

/**
 * A guard against requests that are led inside (SSRF): private, local, reserved and disguised addresses are refused, except those in
 * `allow`: addresses (`127.0.0.1`) or networks (`10.1.0.0/16`, `fd00::/8`).
 */
export function addressGuard(allow: readonly string[] = []): AddressGuard {
  const allowed = new BlockList();
  for (const entry of allow) {
    const [network = "", prefix] = entry.split("/");
    const family = familyOf(network);
    if (family === null || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)))
      throw new TypeError(`allow: "${entry}" must be an address or a network, as in 10.1.0.0/16`);
    if (prefix === undefined) allowed.addAddress(network, family);
    else allowed.addSubnet(network, Number(prefix), family);
  }
  return (address) => {
    const plain = unmapped(address);
    const family = familyOf(plain);
    if (family === null) return false;
    if (allowed.check(plain, family)) return true;
    return !refused.check(plain, family) && (family === "ipv4" || globalUnicast.check(plain, family));
  };
}

const familyOf = (address: string): "ipv4" | "ipv6" | null =>
  isIP(address) === 4 ? "ipv4" : isIP(address) === 6 ? "ipv6" : null;

/** An IPv4 address written as IPv6 (::ffff:10.0.0.1, ::ffff:a00:1) as what it is. */
function unmapped(address: string): string {
  const bare = address.replace(/%.*$/, "");
  if (isIP(bare) !== 6) return bare;
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!mapped) return canonical;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
