import { HoldpointError, type Issue } from "@holdpoint/core";

/** A request that cannot be served as it is, with the HTTP status that says so. */
export class RequestError extends HoldpointError {
  readonly status: number;
  /** Headers the answer must have. */
  readonly headers: Record<string, string>;
  readonly issues: readonly Issue[];
  /** Whose credentials were refused, where that is known: for the audit log, never for the answer. */
  readonly whose: Whose | null;

  constructor(
    status: number,
    code: string,
    message: string,
    { issues = [], headers = {}, whose = null }: RequestErrorDetails = {},
  ) {
    super(code, message);
    this.status = status;
    this.headers = headers;
    this.issues = issues;
    this.whose = whose;
  }
}

/** Whose credentials they were, and what is wrong with them. */
export interface Whose {
  namespace: string;
  by: string | null;
  target: Record<string, string>;
  code: string;
}

/** What a refusal may say besides. */
interface RequestErrorDetails {
  issues?: readonly Issue[];
  headers?: Record<string, string>;
  whose?: Whose | null;
}

/** Nobody this server knows: no credentials, or wrong ones. The sentence does not say which part was wrong. */
export class UnauthenticatedError extends RequestError {
  constructor(message = "sign in: send an API key as `Authorization: Bearer hp_…`", whose: Whose | null = null) {
    super(401, "UNAUTHENTICATED", message, { headers: { "www-authenticate": 'Bearer realm="holdpoint"' }, whose });
  }
}

/** Somebody known who may not do this. */
export class ForbiddenError extends RequestError {
  constructor(permission: string) {
    super(403, "FORBIDDEN", `this needs the permission ${permission}; ask an administrator for a role that has it`);
  }
}
