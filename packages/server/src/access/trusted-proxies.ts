import { BlockList, isIP } from "node:net";
import { ValidationError } from "@holdpoint/core";

/** Which header proxies say in whom they speak for. */
export type ForwardedHeader = "x-forwarded-for" | "forwarded";

/** So long a chain is looked at; a longer one is no proxies'. */
const longestChain = 20;

/**
 * From where a request comes that proxies passed on. Each proxy adds whom it has it from at the end of the header, so the list is read from there: as long as it is one of
 * ours that says so it is believed, and the first that is none of ours is who sent it. Whatever stands before that was written by them, and is nobody's word.
 *
 * @example
 * const proxies = new TrustedProxies(["10.0.0.0/8"]);
 * proxies.clientOf("10.0.0.7", new Headers({ "x-forwarded-for": "1.1.1.1, 192.0.2.9" })); // 192.0.2.9
 */
export class TrustedProxies {
  private readonly header: ForwardedHeader;
  private readonly trusted = new BlockList();
  /** There are no proxies: nobody is looked up. */
  private readonly none: boolean;

  /**
   * @param addresses addresses and networks: `10.0.0.7`, `10.1.0.0/16`, `fd00::/8`
   * @throws ValidationError one is none
   */
  constructor(addresses: readonly string[], header: ForwardedHeader = "x-forwarded-for") {
    this.header = header;
    this.none = addresses.length === 0;
    for (const [at, text] of addresses.entries())
      if (!this.trust(text))
        throw new ValidationError("holdpoint", [
          { path: `trustedProxies.${at}`, message: `"${text}" is no address and no network such as 10.1.0.0/16` },
        ]);
  }

  /** @param peer who has the connection; null where nobody knows, who is believed nothing */
  clientOf(peer: string | null, headers: Headers): string | null {
    if (peer === null || this.none || !this.isOurs(peer)) return peer;
    const sent = headers.get(this.header);
    if (sent === null) return peer;
    const hops = this.header === "forwarded" ? forwardedFor(sent) : sent.split(",");
    let client = peer;
    for (const hop of hops.slice(-longestChain).reverse()) {
      const address = addressIn(hop);
      // Ours says something that is no address: it is as far back as we can see.
      if (address === null) return client;
      client = address;
      if (!this.isOurs(address)) return client;
    }
    return client;
  }

  private trust(text: string): boolean {
    const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const version = isIP(address);
    if (version === 0 || address.includes("%")) return false;
    const family = version === 4 ? "ipv4" : "ipv6";
    const longest = version === 4 ? 32 : 128;
    // Everybody would be a proxy, and whatever they say of themselves be believed.
    if (prefix !== undefined && (Number(prefix) < 1 || Number(prefix) > longest)) return false;
    this.trusted.addSubnet(address, prefix === undefined ? longest : Number(prefix), family);
    return true;
  }

  private isOurs(address: string): boolean {
    const plain = unmapped(address);
    const version = isIP(plain);
    return version !== 0 && this.trusted.check(plain, version === 4 ? "ipv4" : "ipv6");
  }
}

/** What `for` says in each part of a `Forwarded` header (RFC 7239). Quoted texts may hold commas: whoever writes one is believed no further. */
function forwardedFor(sent: string): string[] {
  return sent.split(",").map((part) => {
    const pairs = part.split(";").map((pair) => /^\s*for\s*=\s*(?:"([^"\\]*)"|([^\s"]+))\s*$/i.exec(pair));
    const found = pairs.filter((pair) => pair !== null);
    return found.length === 1 ? (found[0]?.[1] ?? found[0]?.[2] ?? "") : "";
  });
}

/** The address in `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`; null for anything else. */
function addressIn(hop: string): string | null {
  const text = hop.trim();
  const bare = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^(\d+(?:\.\d+){3}):\d{1,5}$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 || bare.includes("%") ? null : unmapped(bare);
}

/** An IPv4 address that is written as IPv6 (`::ffff:10.0.0.7`) as itself. */
const unmapped = (address: string): string => /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1] ?? address;
