// One setup at a time in a checkout: `npm test` and `npm start` may be typed in two terminals at once.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const POLL_MS = 200;

/**
 * Runs `work` while no other process does so in this checkout. A lock left by a process that is gone is taken over.
 *
 * @template T
 * @param {string} root
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(root, work) {
  const lock = join(root, ".setup.lock");
  let said = false;
  while (!acquire(lock)) {
    if (removeAbandoned(lock)) continue;
    if (!said) console.error("holdpoint: another command is setting this checkout up; waiting for it");
    said = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** A hard link to a file that already holds our process id: a lock without its owner is never seen. */
function acquire(lock) {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeAbandoned(lock) {
  const owner = ownerOf(lock);
  if (owner === undefined || isAlive(owner)) return false;
  const removed = `${lock}.abandoned-${process.pid}`;
  try {
    renameSync(lock, removed);
  } catch (error) {
    if (error.code === "ENOENT") return true;
    throw error;
  }
  // Somebody else may have removed it and locked again since we looked: then it goes back.
  if (ownerOf(removed) !== owner) linkSync(removed, lock);
  rmSync(removed, { force: true });
  return true;
}

function ownerOf(lock) {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}
