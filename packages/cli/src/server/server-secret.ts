import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConfigError } from "../config/find-config.ts";
import type { Project } from "../config/project.ts";

/**
 * The secret that makes the hashes of API keys useless elsewhere: `HOLDPOINT_SECRET`, or on an embedded store a file beside the
 * configuration that only its owner can read, made when it is first asked for.
 *
 * @throws ConfigError servers of one shared store must be told the same secret
 */
export function serverSecret(
  { directory, embedded }: Pick<Project, "directory" | "embedded">,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const { HOLDPOINT_SECRET: given } = environment;
  if (given !== undefined && given !== "") {
    if (given.length < 32) throw new ConfigError("HOLDPOINT_SECRET must have at least 32 characters nobody can guess");
    return given;
  }
  if (!embedded)
    throw new ConfigError(
      "set HOLDPOINT_SECRET (32 characters nobody can guess): every server of this store must have the same",
    );
  const path = join(directory, ".holdpoint/secret");
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8").trim();
}
