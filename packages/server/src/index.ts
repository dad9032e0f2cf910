/**
 * Holdpoint over HTTP: REST described by OpenAPI, live events, API keys and permissions; signing in for people, machines and agents.
 *
 * @example
 * import { apiKeys, holdpoint, serve } from "@holdpoint/server";
 */

export { HITLStateMachine, taskWorkflow } from "@holdpoint/tasks";
export {
  type JsonLogOptions,
  jsonLog,
  type LogLevel,
  logProbe,
  type Metrics,
  type MetricsOptions,
  metrics,
  redactLog,
  tracing,
} from "@holdpoint/telemetry";
export { type Administrators, administrators } from "./access/administrators.ts";
export { loopbackUser } from "./access/loopback.ts";
export type { Authenticate, Caller, Principal } from "./access/principal.ts";
export type { Rates } from "./access/rate-limits.ts";
export type { Permission, Role } from "./access/roles.ts";
export type { ForwardedHeader } from "./access/trusted-proxies.ts";
export type { AuditFilter } from "./audit/audit-filter.ts";
export { type AuditEntry, type AuditLine, type AuditOutcome, auditEntry, type Standing } from "./audit/audit-line.ts";
export { AuditLog, type AuditVerification, auditLog } from "./audit/audit-log.ts";
export { type AuditFormat, auditText } from "./audit/audit-text.ts";
export { type HoldpointApp, holdpoint } from "./holdpoint.ts";
export { RequestError, UnauthenticatedError } from "./http/errors.ts";
export { type ApiKeyOptions, ApiKeys, apiKeys, type NewKey } from "./keys/api-keys.ts";
export type { StoredKey } from "./keys/stored-key.ts";
export type { McpEndpointOptions } from "./mcp/http.ts";
export { mcpInbox } from "./mcp/mcp-inbox.ts";
export type { McpInboxOptions, McpRunAction, McpRunPermission, McpRuns } from "./mcp/options.ts";
export { serveMcp } from "./mcp/stdio.ts";
export { openApiDocument } from "./openapi/document.ts";
export type { ChannelDesk, RequestLimits, ServerOptions } from "./options.ts";
export { type RunningServer, type ServeOptions, serve } from "./serve.ts";
export { type AgentClaims, type AgentLimits, agentClaims, readAgentClaims } from "./sign-in/agent/claims.ts";
export { AgentPermit, type AgentRequest, ClaimsViolationError, enforceAgentClaims } from "./sign-in/agent/enforce.ts";
export type { BrowserSignIn, Visitor } from "./sign-in/browser.ts";
export type { ClaimMapping, Claims } from "./sign-in/claims.ts";
export type { Account, NewAccount } from "./sign-in/local/account.ts";
export { accountRoutes } from "./sign-in/local/account-routes.ts";
export {
  type Credentials,
  type LocalAccounts,
  type LocalAccountsOptions,
  localAccounts,
} from "./sign-in/local/accounts.ts";
export type { IssuedInvitation } from "./sign-in/local/invitations.ts";
export { Passwords } from "./sign-in/local/password.ts";
export { type OidcOptions, type OidcSignIn, oidcSignIn } from "./sign-in/oidc/oidc-sign-in.ts";
export type { ProviderOptions } from "./sign-in/oidc/provider.ts";
export type { Person } from "./sign-in/person.ts";
export { sessionRoutes } from "./sign-in/session/session-routes.ts";
export { type SessionOptions, type Sessions, sessions } from "./sign-in/session/sessions.ts";
export type { Session, StoredSession } from "./sign-in/session/stored-session.ts";
export { type SignIn, type SignInOptions, signIn } from "./sign-in/sign-in.ts";
export type { SignInEvent, Source } from "./sign-in/source.ts";
export { bearerTokens } from "./sign-in/token/bearer.ts";
export type { IssuerClients, NewClient, ShownClient, StoredClient } from "./sign-in/token/issuer-clients.ts";
export { type LocalIssuer, type LocalIssuerOptions, localIssuer } from "./sign-in/token/local-issuer.ts";
export { type TokenVerifier, tokenVerifier, type VerifierOptions } from "./sign-in/token/verifier.ts";
export type { WebhookEvent } from "./webhooks/event.ts";
export { Webhooks, type WebhooksOptions, webhooks } from "./webhooks/webhooks.ts";
