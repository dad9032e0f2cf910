// Twelve bugs, each as edits of the sources of core. An edit whose text is not found exactly once stops the hunt: then the
// code has moved, and the mutant must move with it.

const advance = "store/memory/advance.ts";

/** @type {{ name: string, edits: { file: string, from: string, to: string }[] }[]} */
export const mutants = [
  {
    name: "drop the epoch check",
    edits: [
      {
        file: advance,
        from: "if (run === undefined || run.row.epoch !== operation.epoch) return fenced;",
        to: "if (run === undefined) return fenced;",
      },
    ],
  },
  {
    name: "drop the compare-and-set at park",
    edits: [
      {
        file: advance,
        from: 'if (then.type !== "continue" && row.seq !== operation.expectSeq) return',
        to: 'if (then.type !== "continue" && then.type !== "park" && row.seq !== operation.expectSeq) return',
      },
    ],
  },
  {
    name: "completions out of order",
    edits: [
      {
        file: "run/ledger.ts",
        from: "return this.available.pop();",
        to: "return this.available.popLast();",
      },
      {
        file: "run/heap.ts",
        from: "  pop(): T | undefined {",
        to: "  popLast(): T | undefined {\n    return this.others?.pop() ?? this.pop();\n  }\n\n  pop(): T | undefined {",
      },
    ],
  },
  {
    name: "acknowledge before commit",
    edits: [
      {
        file: "run/execution.ts",
        from: "    this.pendingResults++;\n    draft.committed = new FreshResult(",
        to: "    if (call?.open) setImmediate(() => call.open && (recipient.recorded(0), this.schedule()));\n    this.pendingResults++;\n    draft.committed = new FreshResult(",
      },
    ],
  },
  {
    name: "ignore a lease",
    edits: [
      {
        file: "engine/lease.ts",
        from: "return this.settings.clock.monotonic() < this.ends;",
        to: "return true;",
      },
    ],
  },
  {
    name: "timer seen before it is recorded",
    edits: [
      {
        file: "run/sleep.ts",
        from: "    if (live)\n",
        to: "    if (live && call.open) call.resolve();\n    if (live)\n",
      },
    ],
  },
  {
    name: "hold withdrawal not atomic with the race",
    edits: [
      {
        file: "run/branches.ts",
        from: "          withdrawHolds(execution, loser);\n",
        to: "",
      },
    ],
  },
  {
    name: "stale coroutine reused",
    edits: [
      {
        file: "engine/worker.ts",
        from: "if (execution.writer.epoch + 1 === row.epoch && execution",
        to: "if (execution",
      },
      {
        file: "engine/worker.ts",
        from: "    history.entries.length === 0 &&\n",
        to: "",
      },
    ],
  },
  {
    name: "mail dropped at continueAsNew",
    edits: [
      {
        file: "run/generation.ts",
        from: "mail: [...ledger.unreadSignals(), ...execution.passedOn].map(",
        to: "mail: [...execution.passedOn].map(",
      },
    ],
  },
  {
    name: "quorum reached one vote early",
    edits: [
      {
        file: "hold/tally.ts",
        from: "return people.length >= quorum && fills(need, people);",
        to: "return people.length >= Math.max(1, quorum - 1) && fills(need, people);",
      },
    ],
  },
  {
    name: "vote over a vote nobody read",
    edits: [
      {
        file: "store/memory/hold.ts",
        from: 'if (hold.row.status !== "open" || hold.row.revision !== operation.revision) {',
        to: 'if (hold.row.status !== "open") {',
      },
    ],
  },
  {
    name: "hold row without its event",
    edits: [{ file: "store/memory/hold.ts", from: "  addEvent(opened, hold.event);\n", to: "" }],
  },
];
