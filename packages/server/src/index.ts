/**
 * Holdpoint over HTTP: REST described by OpenAPI, live events, API keys and permissions.
 *
 * @example
 * import { apiKeys, holdpoint, serve } from "@holdpoint/server";
 */

export { loopbackUser } from "./access/loopback.ts";
export type { Authenticate, Caller, Principal } from "./access/principal.ts";
export type { Permission, Role } from "./access/roles.ts";
export { type HoldpointApp, holdpoint } from "./holdpoint.ts";
export { UnauthenticatedError } from "./http/errors.ts";
export { type ApiKeyOptions, ApiKeys, apiKeys, type NewKey } from "./keys/api-keys.ts";
export type { StoredKey } from "./keys/stored-key.ts";
export { openApiDocument } from "./openapi/document.ts";
export type { RequestLimits, ServerOptions } from "./options.ts";
export { type RunningServer, type ServeOptions, serve } from "./serve.ts";
