import type { Hold, Issue, ProvidedService } from "@holdpoint/core";
import type { PipelineCode } from "../pipeline/load.ts";

/** What an execution of a step gave: its output, or how it failed. */
export type DryResult =
  | { readonly output: unknown }
  | { readonly error: { readonly name: string; readonly message: string } };

/** What stands in the place of a step. Without any, a sample made from its output schema. */
export interface DryStep {
  /** `sample` (the default): the step's code is not executed. `code`: it is, with everything that follows from it. */
  readonly use?: "sample" | "code";
  /** What the step gives as a sample. */
  readonly output?: unknown;
  /** The step fails as a sample, in these words. */
  readonly error?: string;
  /** What executions of the step's code gave in an earlier dry run, in their order: they are not executed again. */
  readonly done?: readonly DryResult[];
}

/** How a hold is answered: by a person, or by nobody until its deadline. */
export type DryAnswer = DryReply | { readonly lapse: true };

/** What a person answers. */
export interface DryReply {
  readonly value: unknown;
  /** Default: the first who may. */
  readonly by?: string;
  readonly note?: string;
}

/** What a dry run is given. */
export interface DryRunOptions {
  /** Where the code of steps and conditions is. Conditions need theirs; a step without code gets a sample, as any other. */
  readonly code?: PipelineCode;
  /** What the run would be started with. */
  readonly input?: unknown;
  /** By the id of the step. */
  readonly steps?: Readonly<Record<string, DryStep>>;
  /** By the name of the hold, in the order in which it opens. */
  readonly answers?: Readonly<Record<string, readonly DryAnswer[]>>;
  /** What executed steps get as services. */
  readonly services?: readonly ProvidedService[];
  /** When it begins. Default: now. */
  readonly at?: Date;
  readonly limits?: DryRunLimits;
}

/** How far a dry run may go. */
export interface DryRunLimits {
  /** Steps that are begun, loops included. Default 500. */
  readonly visits?: number;
  /** Real time in ms, for executed steps above all. Default 20,000. */
  readonly timeMs?: number;
  /** Bytes as JSON of one value that is shown. Default 32 KiB: larger ones are left out of the report. */
  readonly value?: number;
  /** Bytes as JSON of what one executed step may give. Default 256 KiB. */
  readonly output?: number;
}

/** One time that a step of the document was begun. Moments are ms since the dry run began, in its own time. */
export interface DryVisit {
  readonly step: string;
  /** Where the step is in the document: `steps[2]`. */
  readonly path: string;
  /** The how manieth time. */
  readonly visit: number;
  /** `recovered`: it failed, and what the document says for that case went on. */
  status: "done" | "recovered" | "failed" | "waiting" | "stopped";
  /** Where the result comes from: a given sample, one made from the schema, the code, an earlier dry run, a person, or the flow itself. */
  how: "sample" | "generated" | "code" | "earlier" | "person" | "flow";
  readonly startedAt: number;
  endedAt: number | null;
  /** What its code took in real ms; null where none was executed. */
  tookMs: number | null;
  /** How often the code was tried. */
  attempts: number;
  /** What `inputs` map, templates filled in; where they are none, all the data there was. */
  input?: unknown;
  /** Its `config`, templates filled in. */
  config?: unknown;
  output?: unknown;
  error: { name: string; message: string } | null;
  /** Which of these are too large to be shown. */
  readonly left: ("input" | "config" | "output")[];
}

/** How often a way was looked at, and taken. */
export interface DryWay {
  /** `flow.paths[1]`. */
  readonly path: string;
  asked: number;
  taken: number;
}

/** What a dry run found. */
export interface DryRunReport {
  /** `waiting`: for the answers of `holds`; give them and run again. `stopped`: a limit, or nothing that it waits for can come. */
  readonly status: "completed" | "failed" | "waiting" | "stopped";
  /** What the pipeline would give; null unless it completed. */
  readonly output: unknown;
  /** Why it failed or stopped, and where. */
  readonly problem: Issue | null;
  /** Open holds without an answer, each with the step that asks. */
  readonly holds: readonly (Hold & { readonly step: string | null })[];
  readonly visits: readonly DryVisit[];
  readonly ways: readonly DryWay[];
  /** What is doubtful: steps without code here, and what `checkPipeline` warns of. */
  readonly warnings: readonly Issue[];
  /** In its own time, in ms: sleeps and deadlines included. */
  readonly durationMs: number;
}
