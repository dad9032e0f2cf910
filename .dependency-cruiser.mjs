// The layers of the house. Imports point down, never up; see docs/architecture.md.

/** The rooms from the ground up. A room may use those before it. */
const ROOMS = [
  "core",
  "sql",
  "flow",
  "ai",
  "tasks",
  "channels",
  "annotate",
  "client",
  "telemetry",
  "server",
  "console",
  "cli",
];

/** The rooms inside core that decide with values, and may know nothing of what executes them. */
const PURE = ["workflow", "journal", "hold", "store"];

const upward = ROOMS.slice(0, -1).map((room, level) => ({
  name: `${room}-imports-nothing-above-it`,
  severity: "error",
  comment: `packages/${room} is below ${ROOMS.slice(level + 1).join(", ")}: turn the dependency round, or move the code down.`,
  from: { path: `^packages/${room}/` },
  to: {
    path: `^(packages/(${ROOMS.slice(level + 1).join("|")})/|(holdpoint|@holdpoint/(${ROOMS.slice(level + 1).join("|")}))($|/))`,
  },
}));

/** Tests and test kits may reach what production code may not. */
const TESTS = [
  "[.]fixture[.]ts$",
  "[.]test[.]ts$",
  "^packages/core/src/testing/",
  "^packages/cli/src/testing[./]",
  // Files of projects that `holdpoint init` makes: their tests, under a name that our own test run does not find.
  "^packages/cli/templates/.*-test[.]ts$",
  "(^|/)(conformance|fixtures|testing)/",
];

/** The development dependencies that a package's bundle takes in: docs/decisions/012. */
const BUNDLED = "^node_modules/(kysely|@dagrejs/dagre)/";

/** The console is an application that Vite builds whole: everything it uses is taken in. docs/decisions/047. */
const APPLICATION = "^packages/console/src/";

/** Optional peers, loaded when they are asked for; a development dependency here, for the tests: docs/decisions/015. */
const OPTIONAL_PEERS =
  "^(node_modules/(pg|mysql2|@ai-sdk/[^/]+|@modelcontextprotocol/client)/|packages/(server|console)/|@holdpoint/(server|console))";

export default {
  forbidden: [
    ...upward,
    {
      name: "the-pure-half-of-core-knows-no-engine",
      severity: "error",
      comment: "workflow, journal, hold and store decide with values; execution (run) and the engine use them.",
      from: { path: `^packages/core/src/(${PURE.join("|")})/`, pathNot: TESTS },
      to: { path: "^packages/core/src/(engine|run)/" },
    },
    {
      name: "run-knows-no-engine",
      severity: "error",
      comment: "The engine drives runs; a run does not know who drives it.",
      from: { path: "^packages/core/src/run/", pathNot: TESTS },
      to: { path: "^packages/core/src/engine/" },
    },
    {
      name: "only-tests-import-testing",
      severity: "error",
      comment: "The virtual clock, the simulation and the fault injection are not for production code.",
      from: { path: "^packages/", pathNot: TESTS },
      to: { path: "^packages/[^/]+/src/testing[./]|^@holdpoint/[^/]+/testing$|^holdpoint/testing$" },
    },
    {
      name: "core-does-no-input-or-output",
      severity: "error",
      comment: "core has no I/O: it may use async_hooks, crypto and util; everything else comes in through a port.",
      // engine/identity.ts is the one edge: which process this is (host, boot, pid) is asked of the machine.
      from: { path: "^packages/core/src/", pathNot: [...TESTS, "^packages/core/src/engine/identity[.]ts$"] },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(async_hooks|crypto|util|util/types)$" },
    },
    {
      name: "packages-are-entered-by-their-door",
      severity: "error",
      comment: "Import @holdpoint/core, not a file inside it.",
      from: { path: "^(packages|examples)/([^/]+)/" },
      to: {
        path: "^packages/[^/]+/",
        pathNot: [
          "^$1/$2/",
          "^packages/[^/]+/(src|dist)/(index|testing|testing/index|contract/index)[.](ts|js|d[.]ts)$",
        ],
      },
    },
    {
      name: "nothing-is-circular",
      severity: "error",
      comment: "Two files that need each other to load are one idea in two places. (Types may refer to each other.)",
      from: { pathNot: TESTS },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "the-console-talks-http-only",
      severity: "error",
      comment: "What the console can do, the API can do: of our packages it uses the client alone.",
      from: { path: "^packages/console/src/", pathNot: TESTS },
      to: { path: "^packages/(?!console/|client/)|^@holdpoint/(?!client$)" },
    },
    {
      name: "flow-only-calls-the-context",
      severity: "error",
      comment: "packages/flow works on whatever runs workflows: it knows no store, no files and no network.",
      from: { path: "^packages/flow/src/", pathNot: TESTS },
      to: { path: "^packages/sql/|^@holdpoint/sql$" },
    },
    {
      name: "everything-resolves",
      severity: "error",
      comment: "This import leads nowhere.",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "production-code-does-not-need-development-dependencies",
      severity: "error",
      comment:
        "A published file may only import what its package.json lists under dependencies or peers, or what is bundled.",
      from: { path: "^packages/[^/]+/src/", pathNot: [...TESTS, APPLICATION] },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["type-only"],
        pathNot: [BUNDLED, OPTIONAL_PEERS],
      },
    },
  ],
  options: {
    parser: "swc",
    webpackConfig: { fileName: "scripts/layers/resolve.mjs" },
    exclude: {
      // Tests may reach what they test from anywhere; and the parser's walker does not know `using` yet.
      path: [
        "[.]test[.]ts$",
        "^packages/[^/]+/dist/",
        "^packages/cli/bin/",
        "^examples/[^/]+/(dist|out)/",
        "^bench/(dist|out)/",
      ],
    },
    doNotFollow: { path: "node_modules" },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
