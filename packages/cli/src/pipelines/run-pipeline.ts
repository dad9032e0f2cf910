import { dirname } from "node:path";
import { memoryStore } from "@holdpoint/core";
import { loadPipeline } from "@holdpoint/flow";
import type { Session } from "../command/session.ts";
import { findConfig } from "../config/find-config.ts";
import type { Project } from "../config/project.ts";
import { prepareTypeScript } from "../config/typescript.ts";
import { documentOf, readPipelineFile } from "./pipeline-file.ts";

/**
 * The project that a pipeline's file is run in: the one around, with the pipeline among its workflows; where there is none, one in
 * memory. `name` is the workflow's, `waits` what to say when its run waits.
 *
 * @throws FlowDefinitionError the pipeline is wrong, or its code is not there
 */
export async function projectWithPipeline(
  session: Session,
  file: string,
  steps: string | undefined,
): Promise<{ project: Project; name: string; waits: string | null }> {
  const { path, ...read } = readPipelineFile(session, file);
  const folder = steps === undefined ? dirname(path) : session.path(steps);
  prepareTypeScript(`${folder}/steps.ts`);
  const pipeline = await loadPipeline(documentOf({ path, ...read }), { folder });
  const kept = findConfig(session.startedIn) !== null;
  const around = kept ? await session.project() : inMemory(dirname(path));
  const others = around.config.workflows.filter(
    (one) => one.name !== pipeline.name || one.version !== pipeline.version,
  );
  const project = { ...around, config: { ...around.config, workflows: [...others, pipeline] } };
  const known = around.config.workflows.some((one) => one.name === pipeline.name);
  return { project, name: pipeline.name, waits: known ? null : kept ? goesOnWhere : nothingKept };
}

/** Said when its run waits for something. */
const nothingKept =
  "it waits, and nothing of it is kept: run it inside a project (`holdpoint init`) to answer it later";
const goesOnWhere =
  "it goes on where the project has this pipeline: `holdpoint import`, and `importedWorkflows` in holdpoint.config.ts";

function inMemory(directory: string): Project {
  return { directory, configPath: "", config: { workflows: [] }, store: memoryStore(), embedded: true };
}
