import { ValidationError } from "@holdpoint/core";

/**
 * What an address leads to.
 *
 * @throws ValidationError to nothing that can be used
 */
export function databaseKind(url: string): { kind: "sqlite" | "postgres" | "mysql"; address: string } {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+]+):(.*)$/is.exec(url) ?? [];
  const kind = scheme?.toLowerCase();
  if ((kind === "postgres" || kind === "postgresql") && URL.canParse(url)) return { kind: "postgres", address: url };
  if ((kind === "mysql" || kind === "mariadb") && rest.startsWith("//") && URL.canParse(url)) {
    return { kind: "mysql", address: url.replace(/^[a-z]+/i, "mysql") };
  }
  const address = kind === "file" || kind === "sqlite" ? rest.replace(/^\/\//, "") : url;
  if (address !== "" && (kind === undefined || kind === "file" || kind === "sqlite"))
    return { kind: "sqlite", address };
  const message =
    "is no address of a database: write a path, file:PATH, sqlite:PATH, postgres://user@host/database or mysql://user@host/database";
  throw new ValidationError("database.url", [{ path: "", message }]);
}
