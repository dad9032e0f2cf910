import type { RouteOutput } from "@holdpoint/client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { apiKey, call } from "./api.ts";
import { send } from "./client.ts";
import { keepCsrfToken, keepKey, typedKey } from "./credentials.ts";
import { readPlace } from "./place.ts";
import { isSignedOut } from "./problem.ts";

export type Me = RouteOutput<"system.me">;
export type Permission = Me["permissions"][number];

/** Who is signed in, and how. */
export interface Session {
  me: Me;
  /** As the provider or the account says it; else their id. */
  name: string;
  /** `session` can be signed out of; `key` was typed in this tab; `outside` is a proxy or the loopback interface. */
  via: "session" | "key" | "outside";
  may(permission: Permission): boolean;
  signOut(): Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

/** Who is signed in. Below the sign-in gate there is always somebody. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is for screens, which are shown once somebody is signed in");
  return session;
}

/** Whether whoever is signed in may do something somewhere; the server checks again. */
export const useMay = (permission: Permission): boolean => useSession().may(permission);

export const SessionProvider = ({ session, children }: { session: Session; children: ReactNode }) => (
  <SessionContext value={session}>{children}</SessionContext>
);

interface Known {
  me: Me;
  name: string | null;
  via: Session["via"];
}

/** Asks who is signed in: `undefined` while that is asked, null for nobody. */
export function useWhoIsThere(): { session: Session | null | undefined; error: Error | null; retry: () => void } {
  const queries = useQueryClient();
  const asked = useQuery({ queryKey: apiKey("system.me"), queryFn: whoIsThere, staleTime: Number.POSITIVE_INFINITY });
  const known = asked.data;
  const session = useMemo(
    () => (known ? sessionOf(known, () => queries.setQueryData(apiKey("system.me"), null)) : known),
    [known, queries],
  );
  return { session, error: asked.error, retry: () => void asked.refetch() };
}

async function whoIsThere(): Promise<Known | null> {
  try {
    // Both at once: the token is for what changes something, and reading who it is does not.
    const [own, me] = await Promise.all([typedKey() === null ? ownSession() : null, call("system.me", {})]);
    keepCsrfToken(own?.csrfToken ?? null);
    return { me, name: own?.person.name ?? null, via: typedKey() !== null ? "key" : own ? "session" : "outside" };
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

/** The browser's session at a server that has sessions; null without one. */
async function ownSession(): Promise<{ csrfToken: string; person: { name: string | null } } | null> {
  const { signIn } = readPlace();
  if (signIn === null) return null;
  const response = await send(`${location.origin}${signIn.path}/session`);
  return response.ok ? response.json() : null;
}

function sessionOf({ me, name, via }: Known, ended: () => void): Session {
  return {
    me,
    name: name ?? me.id,
    via,
    may: (permission) => me.permissions.includes(permission),
    signOut: async () => {
      const { signIn } = readPlace();
      if (via === "session" && signIn)
        await send(`${location.origin}${signIn.path}/sign-out`, { method: "POST" }).catch(() => {});
      keepKey(null);
      keepCsrfToken(null);
      ended();
    },
  };
}
