import { dirname } from "node:path";
import { memoryStore } from "@holdpoint/core";
import { type Flow, FlowDefinitionError, loadPipeline } from "@holdpoint/flow";
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
  const document = documentOf({ path, ...read });
  const folders = steps === undefined ? [dirname(path), session.startedIn] : [session.path(steps)];
  const pipeline = await loadBelow(document, folders);
  const kept = findConfig(session.startedIn) !== null;
  const around = kept ? await session.project() : inMemory(dirname(path));
  const others = around.config.workflows.filter(
    (one) => one.name !== pipeline.name || one.version !== pipeline.version,
  );
  const project = { ...around, config: { ...around.config, workflows: [...others, pipeline] } };
  const known = around.config.workflows.some((one) => one.name === pipeline.name);
  return { project, name: pipeline.name, waits: known ? null : kept ? goesOnWhere : nothingKept };
}

/** The pipeline with its code from the first folder that has it: beside the document, else where the command was started. */
async function loadBelow(document: Parameters<typeof loadPipeline>[0], folders: readonly string[]): Promise<Flow> {
  const [folder = "", ...others] = folders;
  prepareTypeScript(`${folder}/steps.ts`);
  try {
    return await loadPipeline(document, { folder });
  } catch (error) {
    const [next] = others;
    const lacksCode =
      error instanceof FlowDefinitionError && error.problems.some(({ message }) => message.startsWith("no module"));
    if (!lacksCode || next === undefined || next === folder) throw error;
    // When it is not there either, what is missing is said of the folder beside the document.
    return loadBelow(document, others).catch(() => {
      throw error;
    });
  }
}

/** Said when its run waits for something. */
const nothingKept =
  "it waits, and nothing of it is kept: run it inside a project (`holdpoint init`) to answer it later";
const goesOnWhere =
  "it goes on where the project has this pipeline: `holdpoint import`, and `importedWorkflows` in holdpoint.config.ts";

function inMemory(directory: string): Project {
  const config = { workflows: [] };
  return { directory, configPath: "", config, settings: new Map(), store: memoryStore(), embedded: true };
}
