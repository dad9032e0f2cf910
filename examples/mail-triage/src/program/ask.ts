import { createInterface } from "node:readline";

export type Answer = "approve" | "reject" | "skip";

const answers: Readonly<Record<string, Answer>> = {
  a: "approve",
  approve: "approve",
  y: "approve",
  yes: "approve",
  r: "reject",
  reject: "reject",
  n: "reject",
  no: "reject",
  s: "skip",
  skip: "skip",
  "": "skip",
};

/** Asks on the terminal until the answer is one; Ctrl-C and the end of input mean skip. */
export async function ask(question: string): Promise<Answer> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: question });
  terminal.once("SIGINT", () => {
    console.log();
    terminal.close();
  });
  try {
    terminal.prompt();
    for await (const line of terminal) {
      const answer = answers[line.trim().toLowerCase()];
      if (answer) return answer;
      console.log("  a to approve, r to reject, s to skip");
      terminal.prompt();
    }
    return "skip";
  } finally {
    terminal.close();
  }
}

/** Asks for a line of text; Ctrl-C and the end of input mean none. */
export async function askLine(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: question });
  terminal.once("SIGINT", () => {
    console.log();
    terminal.close();
  });
  try {
    terminal.prompt();
    for await (const line of terminal) return line.trim();
    return "";
  } finally {
    terminal.close();
  }
}
