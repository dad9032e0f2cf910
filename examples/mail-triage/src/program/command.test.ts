import { expect, test } from "vitest";
import { holdpointCommand } from "./command.ts";

test("the command runs on the Node that npm start fetched, where it had to fetch one", () => {
  expect(holdpointCommand("holds", "/usr/bin/node", "/home/ana/holdpoint")).toBe("npx holdpoint holds");
  expect(holdpointCommand("holds", "/home/ana/holdpoint/.node/bin/node", "/home/ana/holdpoint")).toBe(
    "npm run --silent holdpoint -- holds",
  );
});
