import { setTimeout as delay } from "node:timers/promises";
import type { Ledger } from "../crash/ledger.ts";
import type { Ground } from "./ground.ts";
import type { Desk } from "./team.ts";
import { type Cut, cuts } from "./wire.ts";

export type FaultName = "kill" | "freeze" | "cut" | "backends" | "restart" | "clock";

/** How often each comes, of so many. Dealt as a deck of cards is, so that a short run gets its share of each. */
const deck: Record<FaultName, number> = { kill: 5, freeze: 3, cut: 3, backends: 2, restart: 2, clock: 1 };

export interface Scene {
  desks: readonly Desk[];
  ground: Ground;
  ledger: Ledger;
  leaseMs: number;
  random: () => number;
}

/** What was done, how often. */
export type Counts = Record<FaultName, number> & Record<Cut, number>;

const none = (): Counts => ({
  ...{ kill: 0, freeze: 0, cut: 0, backends: 0, restart: 0, clock: 0 },
  ...{ reset: 0, silence: 0, late: 0, deaf: 0 },
});

/** Does things to the workers, the network and the database until `goOn` says no; gives how often it did what. */
export async function injectFaults(
  scene: Scene,
  everyMs: number,
  names: readonly string[] | null,
  goOn: () => boolean,
): Promise<Counts> {
  const { random } = scene;
  const counts = none();
  const running = new Set<Promise<void>>();
  let cards: FaultName[] = [];
  while (goOn()) {
    for (let left = everyMs * (0.5 + random()); left > 0 && goOn(); left -= 100) await delay(Math.min(left, 100));
    if (!goOn()) break;
    if (cards.length === 0) cards = shuffled(random, names);
    const name = cards.pop() as FaultName;
    const fault = inject(name, scene, counts).finally(() => running.delete(fault));
    running.add(fault);
  }
  await Promise.all(running);
  return counts;
}

function shuffled(random: () => number, names: readonly string[] | null): FaultName[] {
  const cards = (Object.keys(deck) as FaultName[])
    .filter((name) => names === null || names.includes(name))
    .flatMap((name) => new Array<FaultName>(deck[name]).fill(name));
  for (let i = cards.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [cards[i], cards[j]] = [cards[j] as FaultName, cards[i] as FaultName];
  }
  return cards;
}

async function inject(name: FaultName, scene: Scene, counts: Counts): Promise<void> {
  const { ground, ledger, random, leaseMs } = scene;
  switch (name) {
    case "kill":
      return withDesk(scene, async (desk) => {
        note(scene, "cut", desk);
        counts.kill++;
        await desk.kill();
      });
    case "freeze":
      return withDesk(scene, async (desk) => {
        note(scene, "frozen", desk);
        counts.freeze++;
        desk.freeze();
        await delay(leaseMs * (1.1 + random()));
        note(scene, "thawed", desk);
        desk.thaw();
      });
    case "cut":
      return withDesk(scene, async (desk) => {
        const how = cuts[Math.floor(random() * cuts.length)] as Cut;
        counts.cut++;
        counts[how]++;
        note(scene, "disturbed", desk);
        desk.wire.cut(how);
        await delay(leaseMs * (0.2 + 1.8 * random()));
        desk.wire.mend();
      });
    case "clock":
      return withDesk(scene, async (desk) => {
        counts.clock++;
        note(scene, "clock", desk);
        desk.setClock(Math.round((random() - 0.5) * 10 * leaseMs));
      });
    case "backends": {
      counts.backends++;
      ledger.note("backends");
      const share = random() < 0.3 ? 1 : random();
      await ground.audit.killBackends(share);
      return;
    }
    case "restart":
      counts.restart++;
      ledger.note("restart");
      await ground.restart();
  }
}

/** One that nothing else is being done to; none may be free. */
async function withDesk({ desks, random }: Scene, work: (desk: Desk) => Promise<void>): Promise<void> {
  let free = desks.filter(({ busy }) => !busy);
  while (free.length === 0) {
    await delay(100);
    free = desks.filter(({ busy }) => !busy);
  }
  const desk = free[Math.floor(random() * free.length)] as Desk;
  desk.busy = true;
  try {
    await work(desk);
  } finally {
    desk.busy = false;
  }
}

function note({ ledger }: Scene, what: string, { pid }: Desk): void {
  ledger.note(what, { pid });
}
