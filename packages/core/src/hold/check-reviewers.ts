import type { Issue } from "../errors.ts";
import { durationMs } from "../workflow/duration.ts";
import type { People, Reviewers, ReviewStage } from "./reviewers.ts";

const stageFields = new Set(["people", "groups", "quorum", "need", "veto"]);
const ownFields = new Set([
  ...stageFields,
  "stages",
  "independent",
  "exclude",
  "excludeCreator",
  "fourEyes",
  "managers",
  "delegate",
  "signed",
  "pauseWhileAsking",
]);

const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isName = (value: unknown): boolean => typeof value === "string" && value !== "";
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1;

/** What is wrong with names and groups; at least one of them where `required`. */
export function checkPeople(given: unknown, path: string, required: boolean): Issue[] {
  if (typeof given !== "object" || given === null) return [{ path, message: "must name `people` or `groups`" }];
  const { people, groups } = given as People;
  const issues: Issue[] = [];
  for (const [field, names] of [["people", people] as const, ["groups", groups] as const]) {
    if (names === undefined) continue;
    if (!isList(names) || names.length === 0 || !names.every(isName)) {
      issues.push({ path: `${path}.${field}`, message: "must be a list of at least one name" });
    }
  }
  if (required && people === undefined && groups === undefined) {
    issues.push({ path: `${path}.people`, message: "must be a list of at least one name, or `groups` must" });
  }
  return issues;
}

function checkStage(stage: ReviewStage, path: string): Issue[] {
  const { quorum, need, veto } = stage;
  const issues = checkPeople(stage, path, need === undefined);
  if (quorum !== undefined && !isCount(quorum)) {
    issues.push({ path: `${path}.quorum`, message: "must be a whole number from 1" });
  }
  if (veto !== undefined && veto !== "any" && veto !== "none" && !isCount(veto)) {
    issues.push({ path: `${path}.veto`, message: 'must be "any", "none" or how many rejections end it' });
  }
  if (need !== undefined && (!isList(need) || need.length === 0)) {
    issues.push({ path: `${path}.need`, message: "must be a list of groups" });
  } else {
    need?.forEach((one, index) => {
      if (!isName(one?.group) || (one.count !== undefined && !isCount(one.count)))
        issues.push({ path: `${path}.need.${index}`, message: "must be a `group` and how many of it, from 1" });
    });
  }
  const { people, groups } = stage;
  if (issues.length === 0 && !groups && !need && people && quorum !== undefined && new Set(people).size < quorum) {
    issues.push({ path: `${path}.quorum`, message: `asks for ${quorum} of ${new Set(people).size} people` });
  }
  return issues;
}

/** Answers that are independent are counted, not weighed: no rule of votes goes with them. */
function checkIndependent({ independent, people, groups, ...rules }: Reviewers): Issue[] {
  if (independent === undefined) return [];
  const issues = ["quorum", "need", "veto", "stages", "fourEyes"]
    .filter((field) => field in rules)
    .map((field) => ({ path: `reviewers.${field}`, message: "does not go with `independent`" }));
  if (!isCount(independent)) {
    issues.push({ path: "reviewers.independent", message: "must be a whole number from 1" });
  } else if (people && !groups && new Set(people).size < independent) {
    issues.push({
      path: "reviewers.independent",
      message: `asks for ${independent} of ${new Set(people).size} people`,
    });
  }
  return issues;
}

/** What is wrong with what an author wrote about reviewers. */
export function checkReviewers(reviewers: object): Issue[] {
  const issues: Issue[] = [];
  const unknown = (given: object, known: ReadonlySet<string>, path: string): void => {
    for (const field of Object.keys(given)) {
      if (!known.has(field))
        issues.push({ path: `${path}.${field}`, message: "is not something reviewers have; remove it" });
    }
  };
  unknown(reviewers, ownFields, "reviewers");
  const { stages, exclude, managers, pauseWhileAsking } = reviewers as Reviewers;
  if (stages === undefined) issues.push(...checkStage(reviewers as Reviewers, "reviewers"));
  else if (!isList(stages) || stages.length === 0) {
    issues.push({ path: "reviewers.stages", message: "must be a list of at least one sign-off" });
  } else {
    for (const field of stageFields) {
      if (field in reviewers)
        issues.push({ path: `reviewers.${field}`, message: "stands in each of `stages` instead" });
    }
    stages.forEach((stage, index) => {
      const path = `reviewers.stages.${index}`;
      unknown(stage, stageFields, path);
      issues.push(...checkStage(stage, path));
    });
  }
  issues.push(...checkIndependent(reviewers as Reviewers));
  if (exclude !== undefined && (!isList(exclude) || !exclude.every((one) => one == null || isName(one)))) {
    issues.push({ path: "reviewers.exclude", message: "must be a list of names" });
  }
  for (const field of ["excludeCreator", "fourEyes", "delegate", "signed"] as const) {
    const value = (reviewers as Reviewers)[field];
    if (value !== undefined && typeof value !== "boolean")
      issues.push({ path: `reviewers.${field}`, message: "must be true or false" });
  }
  if (managers !== undefined) issues.push(...checkPeople(managers, "reviewers.managers", true));
  if (issues.length === 0 && pauseWhileAsking !== undefined) durationMs(pauseWhileAsking, "reviewers.pauseWhileAsking");
  return issues;
}
