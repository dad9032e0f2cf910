const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Upper bounds of histograms, in seconds: calls of a database. */
export const callSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Requests over HTTP, and steps: from a lookup to an agent at work. */
export const workSeconds = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  minute,
  5 * minute,
  30 * minute,
];

/** What waits for people: from a minute to a month. */
export const waitSeconds = [
  1,
  10,
  minute,
  5 * minute,
  30 * minute,
  hour,
  4 * hour,
  12 * hour,
  day,
  3 * day,
  7 * day,
  30 * day,
];

/** How many operations share a transaction. */
export const batchSizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
