// Gives a process a wrong clock, before anything has looked at it: `node --import ./skewed.mjs` with HOLDPOINT_CHAOS_SKEW in
// milliseconds. `globalThis.chaosSkew` sets it anew, as somebody who corrects a machine's clock does.
globalThis.chaosSkew = Number(process.env.HOLDPOINT_CHAOS_SKEW ?? 0);
const right = Date.now.bind(Date);
Date.now = () => right() + globalThis.chaosSkew;
