import type { Engine, EngineLog } from "@holdpoint/core";
import type { ServerOptions, SignIn } from "@holdpoint/server";
import type { ServerConfig } from "../config/server-config.ts";

type ServerPackage = typeof import("@holdpoint/server");

/** The ways to sign in that the settings turn on; null for none. */
export function signInOf(
  found: ServerPackage,
  engine: Engine,
  { signIn: config, origin }: ServerConfig,
  { secret, log, inbox }: { secret: string; log: EngineLog; inbox: boolean },
): SignIn | null {
  if (config === undefined || origin === undefined) return null;
  const { idle, absolute, returnPaths, oidc, accounts, issuer } = config;
  if (!oidc && !accounts && !issuer) return null;
  const people = found.sessions({ engine, origin, ...given({ idle, absolute }) });
  const paths = given({ returnPaths });
  return found.signIn({
    sessions: people,
    ...paths,
    ...(inbox ? { failurePath: "/inbox/sign-in" } : {}),
    ...(oidc
      ? { oidc: found.oidcSignIn({ ...oidcOptions(oidc, engine), ...paths, sessions: people, secret, log }) }
      : {}),
    ...(accounts ? { accounts: found.localAccounts({ engine, sessions: people, secret, ...partOf(accounts) }) } : {}),
    ...(issuer
      ? {
          issuer: found.localIssuer({
            engine,
            issuer: `${origin}/issuer`,
            audience: origin,
            secret,
            ...partOf(issuer),
          }),
        }
      : {}),
  });
}

function oidcOptions(oidc: NonNullable<NonNullable<ServerConfig["signIn"]>["oidc"]>, engine: Engine) {
  const { issuer = "", clientId = "", clientSecret, clientAuthentication, timeout, scope, userInfo } = oidc;
  const { person, name, groups, namespaceClaim, roles = {}, everybody } = oidc;
  const namespace = namespaceClaim === undefined ? engine.namespace : { claim: namespaceClaim };
  return {
    issuer,
    clientId,
    ...given({ clientSecret, clientAuthentication, timeout, scope, userInfo }),
    mapping: { roles, namespace, ...given({ person, name, groups, everybody }) },
  };
}

/** A part that is on, without the word that says so. */
export function partOf<T extends { enabled?: boolean }>(part: true | T): Omit<T, "enabled"> | Record<never, never> {
  if (part === true) return {};
  const { enabled: _enabled, ...rest } = part;
  return rest;
}

/** MCP as the settings want it; null where they do not. */
export function mcpOf({ mcp, origin, inbox = true }: ServerConfig, secret: string): ServerOptions["mcp"] | null {
  if (!mcp) return null;
  return { secret, ...(origin !== undefined && inbox ? { inboxUrl: `${origin}/inbox` } : {}), ...partOf(mcp) };
}

/** What is there of some options: an option that is undefined is another matter than one that is not given. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
