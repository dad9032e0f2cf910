import type { Settings } from "./settings.ts";

/** Whether a moment lies within working hours, where the clock on the wall is that of `timezone`. */
export function isBusinessHours(settings: Settings, at: Date): boolean {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: settings.text("timezone", "UTC"),
    weekday: "short",
    hour: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  if (settings.flag("weekdays_only", true) && ["Sat", "Sun"].includes(part("weekday"))) return false;
  const hour = Number(part("hour"));
  return hour >= settings.number("start_hour", 9) && hour < settings.number("end_hour", 17);
}
