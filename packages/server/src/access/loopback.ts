import type { Authenticate } from "./principal.ts";
import type { Role } from "./roles.ts";

const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/**
 * Signs in whoever sits at this machine, for development. Only what comes over the loopback interface, is addressed to a local name (a page
 * elsewhere whose name was made to lead here is not) and is not sent by another site's page.
 *
 * @example
 * import { holdpoint, loopbackUser } from "@holdpoint/server";
 * const app = holdpoint(engine, { authenticate: loopbackUser({ id: "ana" }) });
 */
export function loopbackUser({
  id,
  namespace = "default",
  roles = ["admin"],
}: {
  id: string;
  namespace?: string;
  roles?: readonly Role[];
}): Authenticate {
  return async (request, { address }) => {
    if (address === null || !loopback.test(address)) return null;
    const host = request.headers.get("host") ?? "";
    if (!local.test(host)) return null;
    // A proxy on this machine speaks for somebody elsewhere.
    if (request.headers.has("x-forwarded-for") || request.headers.has("forwarded")) return null;
    const site = request.headers.get("sec-fetch-site");
    if (site !== null && site !== "same-origin" && site !== "none") return null;
    const origin = request.headers.get("origin");
    if (origin !== null && origin !== `http://${host}`) return null;
    return { id, namespace, roles };
  };
}
