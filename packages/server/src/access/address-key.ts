import { isIP } from "node:net";

/**
 * What stands for an address when requests are counted. Whoever has one address of IPv6 has the 64 bits of its network; an IPv4 address
 * written as IPv6 is that IPv4 address.
 */
export function addressKey(address: string): string {
  const [bare = ""] = address.split("%");
  if (isIP(bare) !== 6) return bare;
  // The one spelling: lower case, without an IPv4 part.
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const [before = "", after] = canonical.split("::");
  const left = before === "" ? [] : before.split(":");
  const right = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  if (groups.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return `${groups.slice(0, 4).join(":")}::/64`;
  const [high, low] = groups.slice(6).map((group) => Number.parseInt(group, 16)) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
