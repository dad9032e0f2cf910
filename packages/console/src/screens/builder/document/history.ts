/** A text with what it was before and what was taken back. */
export interface History {
  readonly text: string;
  readonly past: readonly string[];
  readonly future: readonly string[];
  /** What the newest change belongs to; changes of one group that follow closely are taken back together. */
  readonly group: string | null;
  /** When it was made, ms since the epoch. */
  readonly at: number;
}

/** So much is remembered. */
const mostSteps = 300;
/** So long after a change the next one of its group is part of it, in ms: whoever types takes back what they typed, not letters. */
const together = 1200;

export const begin = (text: string): History => ({ text, past: [], future: [], group: null, at: 0 });

/** Another text. `group` names what is being typed in. */
export function changed(history: History, text: string, group: string | null, now: number): History {
  if (text === history.text) return history;
  const joins = group !== null && group === history.group && now - history.at < together;
  const past = joins ? history.past : [...history.past, history.text].slice(-mostSteps);
  return { text, past, future: [], group, at: now };
}

export function undone(history: History): History {
  const text = history.past.at(-1);
  if (text === undefined) return history;
  return { text, past: history.past.slice(0, -1), future: [history.text, ...history.future], group: null, at: 0 };
}

export function redone(history: History): History {
  const [text, ...future] = history.future;
  if (text === undefined) return history;
  return { text, past: [...history.past, history.text], future, group: null, at: 0 };
}
