import type { Engine, RunEvent } from "@holdpoint/core";
import { jsonText } from "../terminal/json-text.ts";
import { oneLine } from "../terminal/plain-text.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { eventLine } from "../views/event-line.ts";
import { decideLines } from "../views/hold-commands.ts";

/** Lines shown in a second; what is more is counted. */
const linesPerSecond = 60;

interface Place {
  generation: number;
  seq: number;
}

/** Shows what this process's worker does, run by run, in the order of each run's journal. Returns how to stop. */
export function narrate(terminal: Terminal, engine: Engine, json: boolean): () => void {
  const began = Date.now();
  const places = new Map<string, Place>();
  const waiting = new Set<string>();
  let busy = false;
  let shown = 0;
  let skipped = 0;

  const tell = async (id: string, event: RunEvent): Promise<void> => {
    if (json) return terminal.out(jsonText({ run: id, event }, 0));
    if (shown >= linesPerSecond) {
      skipped++;
      return;
    }
    shown++;
    const time = event.at.toTimeString().slice(0, 8);
    const head = `${terminal.paint("dim", time)} ${terminal.paint("bold", oneLine(id))} `;
    const width = terminal.width - 10 - id.length;
    terminal.out(`${head}${eventLine({ paint: terminal.paint, width }, event)}`);
    if (event.type === "hold.opened")
      for (const line of await holdLines(id, event.key)) terminal.out(`         ${line}`);
  };

  const holdLines = async (runId: string, key: string): Promise<string[]> => {
    const open = await engine.holds({ status: ["open"], runId }, { limit: 100 });
    const hold = open.items.find((one) => one.key === key);
    if (!hold) return [];
    const commands = decideLines(hold).map((line) => `${terminal.paint("dim", "$")} ${line}`);
    return [`${oneLine(hold.title)} ${terminal.paint("dim", `(${hold.severity})`)}`, ...commands];
  };

  const pump = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      for (const id of waiting) {
        waiting.delete(id);
        for (const event of await news(engine, id, places, began)) await tell(id, event);
      }
    } catch (error) {
      terminal.err(terminal.paintErr("red", `what happened cannot be shown: ${(error as Error).message}`));
    } finally {
      busy = false;
    }
    if (waiting.size > 0) void pump();
  };

  const stop = engine.observe(({ id }) => {
    waiting.add(id);
    setImmediate(() => void pump());
  });
  const timer = setInterval(() => {
    if (skipped > 0) terminal.out(terminal.paint("dim", `         … and ${skipped} more events`));
    shown = skipped = 0;
  }, 1000);
  timer.unref();
  return () => {
    stop();
    clearInterval(timer);
  };
}

/** Events of a run that were not shown yet; of one met for the first time those since `began`. */
async function news(engine: Engine, id: string, places: Map<string, Place>, began: number): Promise<RunEvent[]> {
  const run = await engine.get(id);
  const place = places.get(id);
  let events = await run.journal({ after: place?.seq ?? 0 });
  const generation = generationOf(events[0]);
  if (place && generation !== place.generation) {
    // A next generation counts from 1 again.
    const whole = await run.journal();
    events = generationOf(whole[0]) > place.generation ? whole : [];
  }
  const last = events.at(-1);
  if (!last) return [];
  if (last.type === "run.settled") places.delete(id);
  else places.set(id, { generation: generationOf(last), seq: last.seq });
  return place ? events : events.filter((event) => event.at.getTime() >= began - 1000);
}

const generationOf = (event: RunEvent | undefined): number => event?.generation ?? 0;
