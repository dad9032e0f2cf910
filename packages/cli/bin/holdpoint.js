#!/usr/bin/env node
// The command's first line, in JavaScript that an old Node can read: there it says what is missing instead of failing on
// `node:sqlite`. It is not built, so that the link npm makes to it at installation always has something to point to.
import module from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 13)) {
  module.enableCompileCache?.();
  await import("../dist/bin.js");
} else {
  console.error(`holdpoint needs Node 22.13 or newer; this is ${process.versions.node}.`);
  process.exitCode = 1;
}
