/** What the worker process of `holdpoint dev` tells its supervisor. */
export type FromWorker =
  /** The project's files it has loaded, as paths. Said again when more were. */
  { type: "files"; files: string[] };

/** What the supervisor tells the worker process: let running steps end, then exit. */
export type ToWorker = { type: "stop" };

/** Exit code of a worker process whose project does not load: starting it again would not help. */
export const doesNotLoad = 3;
