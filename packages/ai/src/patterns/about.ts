/** What a pattern is called, and what there is to know before choosing it. */
export interface About {
  /** Its kind, the same for every flow made by it: `chain-of-thought`. */
  readonly name: string;
  readonly description: string;
  /** What it is good for, and what it costs. */
  readonly use: string;
}

const kind = (name: string, description: string, use: string): About => ({ name, description, use });

/** What stands in lists beside each pattern. */
export const about = {
  chainOfThought: kind(
    "chain-of-thought",
    "Thinks step by step, and validates each answer.",
    "For tasks whose answer can be checked: sums, rules, plans. Two calls a round.",
  ),
  react: kind(
    "react",
    "Reasons, acts and observes, until it can answer.",
    "For tasks that need tools, where what comes next depends on what a tool said.",
  ),
  reflection: kind(
    "reflection",
    "Drafts, has the draft criticised, and revises it.",
    "For texts that get better by a second look. Give the critic another model than the writer.",
  ),
  planning: kind(
    "planning",
    "Plans, does a step, and plans again, until nothing is left to do.",
    "For long tasks of several parts, where a part may change the plan.",
  ),
  selfConsistency: kind(
    "self-consistency",
    "Asks several times, and takes what the answers agree on.",
    "For short answers that can be counted. As many calls as samples; how many agree says how sure it is.",
  ),
  treeOfThoughts: kind(
    "tree-of-thoughts",
    "Searches thought by thought, and goes on with the best paths.",
    "For puzzles and designs where a first step may be wrong. The most calls of all.",
  ),
  debate: kind(
    "debate",
    "Several sides argue until they agree.",
    "For questions with more than one view. A call for each side and round, and one that moderates.",
  ),
  constitutional: kind(
    "constitutional",
    "Drafts, holds the draft against principles, and revises it.",
    "For texts that must keep rules: a call for each principle, which looks at that one alone.",
  ),
  agenticRag: kind(
    "agentic-rag",
    "Looks for evidence until it is enough, and answers from it.",
    "For questions that your documents answer. Says so when they do not.",
  ),
  metacognition: kind(
    "metacognition",
    "Chooses a strategy, works by it, and watches how sure the result is.",
    "For tasks where it matters to know what is not known. Three calls a try.",
  ),
  router: kind(
    "router",
    "A model chooses who does the task.",
    "For a desk with several specialists. One call; an unsure choice is a person's.",
  ),
} as const;

/** A crew's own: who is in it, and how they work. */
export const aboutCrew = (names: readonly string[], process: string): About =>
  kind(
    `crew-${process}`,
    `A crew of ${names.join(", ")}, ${process}.`,
    {
      sequential: "For work that is handed on: research, draft, edit. One call for each member.",
      parallel: "For parts that need nothing of each other: all at once, and one call that concludes.",
      supervisor: "For work whose order is not known before. A call to choose before each member's own.",
      hierarchical: "For work that is given out and reviewed. A manager's two calls around each round.",
    }[process] ?? "",
  );
