/** The columns that filter queries touch, for Kysely's types. */
export interface Tables {
  run: {
    pk: number;
    namespace: number;
    id: string;
    next_pk: number | null;
    workflow: string;
    version: number;
    status: number;
    waiting: number | null;
    outcome: string | null;
    queue: string;
    owner: number | null;
    parent_pk: number | null;
    thread: string | null;
    attributes: string | null;
    created_at: number;
    finished_at: number | null;
  };
  worker: { pk: number; incarnation: string };
  hold: {
    pk: number;
    namespace: number;
    id: string;
    run_pk: number;
    run_id: string | null;
    workflow: string | null;
    key: string;
    name: string;
    origin: number;
    status: number;
    title: string;
    severity: number;
    form: number | null;
    next_at: number | null;
  };
  document: { pk: number; bytes: Uint8Array };
}
