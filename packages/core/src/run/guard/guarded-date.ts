import type { Check } from "./patches.ts";

/** A `Date` that checks where it reads the clock: `new Date()`, `Date()` and `Date.now()`. Shares its prototype with the real one. */
export function guardedDate(RealDate: DateConstructor, check: Check): DateConstructor {
  function GuardedDate(this: unknown, ...args: [] | [number]): unknown {
    if (new.target === undefined) {
      check("Date()", "ctx.now()", GuardedDate);
      return RealDate();
    }
    if (args.length === 0) check("new Date()", "ctx.now()", GuardedDate);
    if (new.target === GuardedDate) return new RealDate(...(args as [number]));
    return Reflect.construct(RealDate, args, new.target);
  }
  const now = (): number => {
    check("Date.now()", "ctx.now().getTime()", now);
    return RealDate.now();
  };
  Object.defineProperties(GuardedDate, {
    ...Object.getOwnPropertyDescriptors(RealDate),
    now: { value: now, writable: true, enumerable: false, configurable: true },
  });
  return GuardedDate as unknown as DateConstructor;
}
