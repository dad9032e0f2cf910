import type { Annotation } from "@holdpoint/annotate";
import type { Duration, Engine } from "@holdpoint/core";

/** So many requests in so much time: `"600/1m"`, or `{ limit: 600, per: "1m" }`. */
export type RateSetting = string | { limit: number; per: Duration };

type Role = "viewer" | "operator" | "reviewer" | "author" | "admin";

/**
 * Who sends a request: a function of `Authenticate` of `@holdpoint/server`, which fits and may say more (scopes, workflows, groups). Null for
 * nobody you know. In words of its own here, because the server may not be installed.
 */
export type AuthenticateSetting = (
  request: Request,
  caller: { address: string | null },
) => Promise<{ id: string; namespace: string; roles: readonly Role[] } | null>;

/**
 * The API that `holdpoint start` and `holdpoint dev` serve. Each value can be set by a variable, too, which goes before it: the table in
 * `docs/settings.md` has them all with their defaults.
 */
export interface ServerConfig {
  /** Ways to say who is asking, in their order after API keys and signing in. */
  authenticate?: AuthenticateSetting | readonly AuthenticateSetting[];
  /** The engine of another namespace; null where there is none. Default: only that of the project's engine. */
  tenant?: (namespace: string) => Engine | null;
  /** Annotation queues; their workflows are among the project's. */
  // biome-ignore lint/suspicious/noExplicitAny: each queue has items and answers of its own types.
  annotations?: readonly Annotation<any, any>[];
  /** The page that decision links lead to, as `decisionPage` of `@holdpoint/channels` makes it: served at `/decide`. */
  decisionPage?: (request: Request) => Promise<Response>;
  /** Whether it is served. Default true, where `@holdpoint/server` is installed. */
  enabled?: boolean;
  /** Default "127.0.0.1": this machine alone. */
  host?: string;
  /** Default 4400. */
  port?: number;
  /** Where browsers see it: `https://holdpoint.example.com`. People can sign in only where it is set. */
  origin?: string;
  /** At least 32 characters nobody can guess, the same on every server of a store. Default: `.holdpoint/secret` on an embedded store. */
  secret?: string;
  /** Which other origins' pages may call it. Default: none. */
  cors?: { origins?: readonly string[] };
  /** How much a request may ask for. */
  limits?: { body?: number; depth?: number; bodyTime?: Duration; time?: Duration; streams?: number };
  /** How often it is asked, at most. Default: no limit. */
  rates?: { perKey?: RateSetting; perPrincipal?: RateSetting; perAddress?: RateSetting };
  /** Proxies that are believed whom a request is from: addresses and networks (`["10.1.0.0/16"]`). Default: none. */
  trustedProxies?: readonly string[];
  /** In which header they say it: the one that they write themselves. Default "x-forwarded-for". */
  forwardedHeader?: "x-forwarded-for" | "forwarded";
  /** How often it is looked at whether those who follow events may do so yet. Default "3s". */
  recheck?: Duration;
  /** A sign of life on idle event streams. Default "15s". */
  heartbeat?: Duration;
  /** How long a reader of a stream may take nothing before it is dropped. Default "30s". */
  patience?: Duration;
  /** How long requests under way may take once the process is told to stop. Default "10s". */
  drain?: Duration;
  /** Whether the inbox is served at `/inbox`. Default true. */
  inbox?: boolean;
  /** Whether the console is served at `/console`. Default true, where `@holdpoint/console` is installed. */
  console?: boolean;
  /** Whether calls that change something are in the audit log. Default true. */
  audit?: boolean;
  /** Whether the task machine is served at `/api/v1/tasks`. Default false. */
  tasks?: boolean;
  /** MCP at `/mcp`; `true` is enough. Default: off. */
  mcp?: boolean | { enabled?: boolean; answers?: "person" | "caller"; declineRejects?: boolean; runs?: boolean };
  /**
   * Tells other systems what happens to runs and holds, and lets them start and signal runs; `true` is enough. Everything that works the
   * store has to have it. Default: off.
   */
  webhooks?:
    | boolean
    | {
        enabled?: boolean;
        /** Private or local addresses and networks that may be told: `["10.1.0.0/16"]`. Default: none. */
        allow?: readonly string[];
        /** Also over plain `http:`. Default false. */
        insecure?: boolean;
        /** How long one attempt may take, in ms. Default 10,000. */
        timeoutMs?: number;
        /** How many messages of one webhook are sent at once. Default 5. */
        concurrency?: number;
      };
  /** How people and machines sign in, beside API keys. Default: they do not. */
  signIn?: SignInConfig;
}

/** Sessions, and the ways into one. Needs `origin`. */
export interface SignInConfig {
  /** How long a session lasts that nobody uses. Default "8h". */
  idle?: Duration;
  /** How long one lasts at most. Default "7d". */
  absolute?: Duration;
  /** Paths somebody may come to after signing in, with all below them. Default ["/"]. */
  returnPaths?: readonly string[];
  /** An OpenID Connect provider. */
  oidc?: {
    enabled?: boolean;
    issuer?: string;
    clientId?: string;
    clientSecret?: string;
    clientAuthentication?: "basic" | "post";
    timeout?: Duration;
    scope?: string;
    userInfo?: boolean;
    /** The claim that names a person. Default "sub". */
    person?: string;
    /** The claim with the name that is shown. Default "name". */
    name?: string;
    /** The claim with their groups. Default "groups". */
    groups?: string;
    /** The claim that names their tenant. Default: all are of this process's namespace. */
    namespaceClaim?: string;
    /** What the members of a group may do, by group. */
    roles?: Readonly<Record<string, readonly Role[]>>;
    /** What everybody may do whom the provider vouches for. */
    everybody?: readonly Role[];
  };
  /** Accounts of our own, by invitation; `true` is enough. */
  accounts?: boolean | { enabled?: boolean; invitationTtl?: Duration; invitationPath?: string };
  /** Tokens for machines, issued at `/issuer`; `true` is enough. */
  issuer?: boolean | { enabled?: boolean; audience?: string; tokenTtl?: Duration };
}
