import { ValidationError } from "@holdpoint/core";

/** Of http(s), without a password, and with a place for the id behind the host. */
const form = /^https?:\/\/[^\s/?#@]+[/?#]\S*\{traceId\}\S*$/;

/**
 * Makes addresses of traces from the one that `{traceId}` stands in; null for none.
 *
 * @throws ValidationError it is no such address
 */
export function traceAddresses(template: string | undefined): ((traceId: string) => string) | null {
  if (template === undefined) return null;
  const message =
    "must be an http(s) address with {traceId} in it, such as https://tracing.example.com/trace/{traceId}";
  if (!form.test(template) || !URL.canParse(template))
    throw new ValidationError("server", [{ path: "traceUrl", message }]);
  return (traceId) => template.replaceAll("{traceId}", traceId);
}
