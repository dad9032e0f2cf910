import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConfigError } from "../config/find-config.ts";
import type { Project } from "../config/project.ts";

/**
 * The secret that makes the hashes of API keys useless elsewhere: the setting's (`HOLDPOINT_SECRET`), or on an embedded store a file beside the
 * configuration that only its owner can read, made when it is first asked for.
 *
 * @throws ConfigError servers of one shared store must be told the same secret
 */
export function serverSecret({
  directory,
  embedded,
  config,
}: Pick<Project, "directory" | "embedded" | "config">): string {
  const given = config.server?.secret;
  if (given !== undefined) return given;
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
