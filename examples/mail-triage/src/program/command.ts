import { isAbsolute, relative, sep } from "node:path";

/**
 * How the `holdpoint` command is called from the directory of `npm start`. Where npm start had to fetch a Node of its
 * own (into .node/), because the one on the PATH is too old, npm fetches it for the command too.
 */
export function holdpointCommand(args: string, node = process.execPath, directory = process.cwd()): string {
  const own = relative(directory, node);
  const fetched = !isAbsolute(own) && own.split(sep)[0] === ".node";
  return fetched ? `npm run --silent holdpoint -- ${args}` : `npx holdpoint ${args}`;
}
