import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../package-root.ts";
import { version } from "../version.ts";

/** The projects that `holdpoint init` can make, and what to try first in each. */
export const examples: Readonly<Record<string, { about: string; firstRun: string }>> = {
  refund: {
    about: "refunds: small ones are paid at once, large ones wait for a person's yes",
    firstRun: `run refund --input '{"orderId":"A-7","amount":120}' --id refund-A-7`,
  },
  "support-reply": {
    about: "replies drafted by a model: a person edits those it is not sure of, in a form",
    firstRun: `run support-reply --input '{"from":"ana@example.org","question":"My lamp is broken"}' --id lamp`,
  },
  "support-refund": {
    about: "an agent pays money back: large amounts wait for a person's yes",
    firstRun: `run support-refund --input '{"question":"My order A-7 never came."}' --id a7`,
  },
  "research-crew": {
    about: "agents research and write: one in a run of its own, one by handoff; a person publishes",
    firstRun: `run research --input '{"topic":"hold points"}' --id hp`,
  },
  "contract-extraction": {
    about: "terms of contracts are read by a model; a person checks what it is not sure of",
    firstRun: `run extract --input '{"contract":"A contract between Acme and Blue Ltd, for a fee of $1,200."}' --id c1`,
  },
  "rag-folder": {
    about: "questions are answered from a folder with sources; a person answers the others",
    firstRun: `run ask --input '{"question":"Who waters the plants?"}' --id q1`,
  },
  patterns: {
    about: "every pattern of agents: a person accepts an answer that few samples agree on",
    firstRun: `run self-consistency --input '{"task":"What is 17 + 25?"}' --id sum`,
  },
};

export interface TemplateFile {
  /** Relative to the project. */
  path: string;
  text: string;
}

/** The files of an example, for a project of this name. */
export function templateFiles(example: string, projectName: string): TemplateFile[] {
  const root = fileURLToPath(new URL(`templates/${example}/`, packageRoot));
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => {
      const text = readFileSync(file, "utf8");
      // Under their real names npm would leave .gitignore out of the package, and our own test run would find the tests.
      const path = relative(root, file)
        .replace(/^gitignore$/, ".gitignore")
        .replace(/-test\.ts$/, ".test.ts");
      return { path, text: filledIn(path, text, projectName) };
    });
}

function filledIn(path: string, text: string, projectName: string): string {
  if (path === "README.md") return text.replace("# my-project", `# ${projectName}`);
  if (path !== "package.json") return text;
  return text
    .replace('"my-project"', JSON.stringify(projectName))
    .replace('"holdpoint": "*"', `"holdpoint": "^${version()}"`)
    .replace('"@holdpoint/ai": "*"', `"@holdpoint/ai": "^${version()}"`);
}
