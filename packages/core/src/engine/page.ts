import { ValidationError } from "../errors.ts";
import type { Page } from "../store/store.ts";

/** A page as stores take it; 50 lines unless it says otherwise. Throws `ValidationError`. */
export function pageOf(page: Partial<Page>): Page {
  const limit = page.limit ?? 50;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new ValidationError("page", [{ path: "limit", message: `${limit} must be a whole number from 1 to 1000` }]);
  }
  return { limit, cursor: page.cursor ?? null };
}
