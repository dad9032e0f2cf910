import type { z } from "zod";
import { RequestError } from "./errors.ts";

/**
 * A part of a request as its schema gives it back.
 *
 * @throws RequestError 422, naming each field that is wrong
 */
export function checkPart<S extends z.ZodType>(
  schema: S,
  value: unknown,
  part: "path" | "query" | "body",
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 50).map((issue) => ({
    path: [part, ...issue.path.map(String)].join("."),
    message: messageOf(issue),
  }));
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  throw new RequestError(422, "VALIDATION", `${first?.path ?? part}: ${first?.message ?? "is not valid"}${more}`, {
    issues,
  });
}

/** In our words, without what was sent. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys")
    return `has no field ${issue.keys
      .slice(0, 5)
      .map((key) => `"${key.slice(0, 40)}"`)
      .join(", ")}; remove it`;
  if (issue.code === "invalid_union") return "fits none of the forms it may have";
  return issue.message.slice(0, 200);
}
