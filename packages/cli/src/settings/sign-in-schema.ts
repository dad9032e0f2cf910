import { z } from "zod";
import {
  listSetting,
  patternSetting,
  roleMapSetting,
  rolesSetting,
  switchSetting,
  textSetting,
  timeSetting,
  wordSetting,
} from "./setting.ts";

const pathPattern = /^\/(?!\/)\S*$/;

/** How people sign in: each of the three is on as soon as one of its settings is there. */
export const signInSettings = z.strictObject({
  idle: timeSetting({
    env: "HOLDPOINT_SESSION_IDLE",
    says: "how long a session lasts that nobody uses",
    standard: "8h",
  }),
  absolute: timeSetting({ env: "HOLDPOINT_SESSION_ABSOLUTE", says: "how long one lasts at most", standard: "7d" }),
  returnPaths: listSetting({
    env: "HOLDPOINT_SIGN_IN_RETURN_PATHS",
    says: "paths somebody may come to after signing in, with all below them",
    standard: "/",
  }),
  oidc: z.strictObject({
    enabled: switchSetting({
      env: "HOLDPOINT_OIDC",
      says: "whether people sign in with the provider below",
      standard: "(true, where an issuer is set)",
    }),
    issuer: patternSetting(/^https?:\/\/\S+$/, {
      env: "HOLDPOINT_OIDC_ISSUER",
      says: "the OpenID Connect provider, as its discovery document names it",
      must: "the address of the provider, such as https://accounts.example.com",
      standard: "(none)",
    }),
    clientId: textSetting({
      env: "HOLDPOINT_OIDC_CLIENT_ID",
      says: "the client that is registered there, with `ORIGIN/auth/callback` to come back to",
      standard: "(none)",
    }),
    clientSecret: textSetting({
      env: "HOLDPOINT_OIDC_CLIENT_SECRET",
      says: "its secret; without one PKCE alone protects",
      standard: "(none)",
      secret: true,
    }),
    clientAuthentication: wordSetting(["basic", "post"], {
      env: "HOLDPOINT_OIDC_CLIENT_AUTHENTICATION",
      says: "how the secret is sent",
      standard: "basic",
    }),
    timeout: timeSetting({
      env: "HOLDPOINT_OIDC_TIMEOUT",
      says: "how long a request to the provider may take",
      standard: "10s",
    }),
    scope: textSetting({
      env: "HOLDPOINT_OIDC_SCOPE",
      says: "what is asked for",
      standard: "openid profile email",
    }),
    userInfo: switchSetting({
      env: "HOLDPOINT_OIDC_USER_INFO",
      says: "also ask the userinfo endpoint, for groups that are not in ID tokens",
      standard: "false",
    }),
    person: textSetting({ env: "HOLDPOINT_OIDC_PERSON", says: "the claim that names a person", standard: "sub" }),
    name: textSetting({ env: "HOLDPOINT_OIDC_NAME", says: "the claim with the name that is shown", standard: "name" }),
    groups: textSetting({ env: "HOLDPOINT_OIDC_GROUPS", says: "the claim with their groups", standard: "groups" }),
    namespaceClaim: textSetting({
      env: "HOLDPOINT_OIDC_NAMESPACE_CLAIM",
      says: "the claim that names their tenant",
      standard: "(none: all are of the process's `namespace`)",
    }),
    roles: roleMapSetting({
      env: "HOLDPOINT_OIDC_ROLES",
      says: "which group has which roles: `finance=reviewer,ops=operator+author`",
      standard: "(none)",
    }),
    everybody: rolesSetting({
      env: "HOLDPOINT_OIDC_EVERYBODY",
      says: "roles of everybody the provider vouches for",
      standard: "(none)",
    }),
  }),
  accounts: z.strictObject({
    enabled: switchSetting({
      env: "HOLDPOINT_ACCOUNTS",
      says: "whether there are local accounts, by invitation",
      standard: "false",
    }),
    invitationTtl: timeSetting({
      env: "HOLDPOINT_ACCOUNTS_INVITATION_TTL",
      says: "how long an invitation is good",
      standard: "3d",
    }),
    invitationPath: patternSetting(pathPattern, {
      env: "HOLDPOINT_ACCOUNTS_INVITATION_PATH",
      says: "the page an invitation leads to",
      must: "a path such as /invitation",
      standard: "/invitation",
    }),
  }),
  issuer: z.strictObject({
    enabled: switchSetting({
      env: "HOLDPOINT_ISSUER",
      says: "whether tokens for machines are issued at `/issuer` (client credentials)",
      standard: "false",
    }),
    audience: textSetting({
      env: "HOLDPOINT_ISSUER_AUDIENCE",
      says: "whom its tokens are for",
      standard: "(`server.origin`)",
    }),
    tokenTtl: timeSetting({ env: "HOLDPOINT_ISSUER_TOKEN_TTL", says: "how long a token is good", standard: "5m" }),
  }),
});
