import type { z } from "zod";
import type { permission } from "./access.ts";

/** What a route asks of whoever calls it: a permission, only to be known (`signed-in`), or nothing (`public`). */
export type RoutePermission = z.infer<typeof permission> | "signed-in" | "public";

/** One route: everything that validation, the OpenAPI document, the permission matrix and the client's types are made from. */
export interface RouteDefinition {
  /** Groups routes on the page. */
  tag: string;
  /** In a few words. */
  summary: string;
  /** What else a caller must know. */
  description?: string;
  permission: RoutePermission;
  /** The parts of the path in braces. */
  params?: z.ZodObject;
  /** Texts, numbers, booleans, moments and lists of them. */
  query?: z.ZodObject;
  /** What is sent as JSON. */
  body?: z.ZodType;
  /** The body is read as it was sent, by whoever serves it: a signature is over bytes. */
  raw?: true;
  /** Nothing that counts is changed, whatever the method: the audit log has no line of it. */
  unaudited?: true;
  /** What comes back when it went well, by status; null for nothing. */
  success: Readonly<Record<number, z.ZodType | null>>;
  /** The answer carries an `ETag`, or `If-Match` is understood. */
  etag?: "gives" | "takes";
  /** The answer is text of this media type. */
  text?: string;
  /** The answer is a stream of server-sent events; each one's data is this. */
  stream?: z.ZodType;
  /** The answer is a file: one of these media types, piece by piece. */
  file?: readonly string[];
}

/** Types a route; gives back what it is given. */
export const route = <const R extends RouteDefinition>(definition: R): R => definition;
