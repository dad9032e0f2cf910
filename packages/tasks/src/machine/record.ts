/**
 * What an instance's run puts into its stream: one record for each event it took or refused. The last one that was taken says
 * where the instance stands; each was durable before anybody was told.
 */
export interface Taken {
  /** Counts the transitions, from 0 for the first state. */
  version: number;
  /** The state before; null at the beginning. */
  from: string | null;
  /** The state since. */
  to: string;
  /** The event's name. */
  event: string;
  /** Names the call that sent it, so that it finds its answer; null for decisions and the beginning. */
  call: string | null;
  by: string | null;
  at: Date;
  note: string | null;
  context: unknown;
}

/** An event that the instance would not take. Nothing changed. */
export interface Refused {
  refused: string;
  state: string;
  reason: string | null;
  /** It was right when it was sent, but something else came first. */
  version: number;
}

export type MachineRecord = Taken | Refused;

export const isTaken = (record: MachineRecord): record is Taken => "to" in record;

/** An event on its way to an instance. */
export interface Envelope {
  call: string;
  name: string;
  data: unknown;
  by: string | null;
  /** Refuse it unless the instance is at this version; null takes any. */
  expect: number | null;
}

/** What an instance's run is started with; a state other than the first for one that is restored. */
export interface Birth {
  state: string;
  context: unknown;
  version: number;
  by: string | null;
  /** Makes every start another one, so that an id that is taken is noticed. */
  nonce: string;
  /** False once the state's `enter` ran: for restored instances, and next generations. */
  enter: boolean;
}

/** The name under which events are sent to the run. */
export const eventSignal = "event";
/** The name of a state's hold. */
export const holdName = "approval";
