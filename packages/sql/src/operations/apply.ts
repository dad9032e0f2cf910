import type { Operation, OperationResult } from "@holdpoint/core";
import { advance } from "./advance.ts";
import { startDebounced } from "./debounce.ts";
import { deliver } from "./deliver.ts";
import { moveHold } from "./hold.ts";
import { appendLog } from "./log.ts";
import type { Context, Program } from "./program.ts";
import { dropRecord, putRecord } from "./record.ts";
import { changeSchedule } from "./schedule.ts";
import { label, seal } from "./seal.ts";
import { start } from "./start.ts";

export function apply(context: Context, operation: Operation): Program<OperationResult> {
  switch (operation.type) {
    case "advance":
      return advance(context, operation);
    case "start":
      return operation.debounce
        ? startDebounced(context, operation.run, operation.debounce)
        : start(context, operation);
    case "deliver":
      return deliver(context, operation);
    case "hold":
      return moveHold(context, operation);
    case "seal":
      return seal(context, operation);
    case "label":
      return label(context, operation);
    case "schedule":
      return changeSchedule(context, operation);
    case "putRecord":
      return putRecord(context, operation);
    case "dropRecord":
      return dropRecord(context, operation);
    case "log":
      return appendLog(context, operation);
  }
}
