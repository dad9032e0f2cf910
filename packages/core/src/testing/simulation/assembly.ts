import type { Engine } from "../../engine/engine.ts";
import { HoldConflictError, NotAllowedError, NotFoundError } from "../../errors.ts";
import { readProgress } from "../../hold/progress.ts";
import { decodePayload } from "../../journal/payload.ts";
import type { HoldRow } from "../../store/store.ts";
import { board, chiefs, type Panel } from "./panel.ts";
import type { World } from "./world.ts";

/** A vote that somebody was told counts. */
interface CountedVote {
  holdId: string;
  by: string;
}

/** How somebody does something later, and calls an engine until it answers. */
export interface Means {
  later(what: string, ms: number, act: () => Promise<void>): void;
  call<T>(what: string, act: (engine: Engine) => Promise<T>): Promise<T>;
}

/** The people of panels: they vote, some of them all at once, and in the end somebody sees to it that there are enough. */
export class Assembly {
  readonly acknowledged: CountedVote[] = [];
  private readonly world: World;
  private readonly means: Means;
  private readonly convened = new Set<string>();

  constructor(world: World, means: Means) {
    this.world = world;
    this.means = means;
  }

  /** A panel's hold is open, in this state of its evidence: each state is voted on once. */
  notice(row: HoldRow, panel: Panel, answerAfter: number | null): void {
    const round = roundOf(row);
    const known = `${row.id} ${round}`;
    if (answerAfter === null || this.convened.has(known)) return;
    this.convened.add(known);
    const { dice, coverage, now } = this.world;
    const wait = row.openedAt + answerAfter - now;
    const voters = panel.crowd ? board : this.some(panel);
    let left = voters.length;
    for (const by of voters) {
      const approves = chiefs.includes(by) || dice.chance(0.75);
      this.means.later("votes", wait + (panel.crowd ? 0 : dice.between(0, 200)), async () => {
        await this.vote(row, round, by, approves);
        if (--left === 0 && panel.crowd) coverage.met("fifty deciders");
      });
    }
    this.means.later("asks the rest", wait + 3000, () => this.askTheRest(row, round));
  }

  private some({ quorum, chief }: Panel): string[] {
    const { dice } = this.world;
    const first = dice.below(40);
    return [...board.slice(first, first + quorum + dice.between(0, 3)), ...(chief ? [dice.pick(chiefs)] : [])];
  }

  async vote(row: HoldRow, round: number, by: string, approved: boolean): Promise<void> {
    const note = `${by} about ${row.key} r${round}`;
    try {
      const voted = await this.means.call("vote", async (engine) => {
        const hold = await engine.hold(row.id);
        if (hold.revision !== round && hold.status === "open") return null;
        return engine.decide({ ...hold, revision: round }, { approved }, { by, note });
      });
      if (voted) this.acknowledged.push({ holdId: row.id, by });
    } catch (error) {
      const refused =
        error instanceof HoldConflictError || error instanceof NotFoundError || error instanceof NotAllowedError;
      if (!refused) throw error;
    }
  }

  /** Whoever has not voted is asked, one after the other, until it is enough. */
  private async askTheRest(row: HoldRow, round: number): Promise<void> {
    for (const by of [...board.slice(40), ...board.slice(0, 40), ...chiefs]) {
      const hold = await this.means.call("looks again", (engine) => engine.hold(row.id));
      if (hold.status !== "open" || hold.revision !== round) return;
      if (!hold.progress.votes.some((vote) => vote.by === by)) await this.vote(row, round, by, true);
    }
  }
}

/** How often what is asked has changed; votes leave it. */
export function roundOf({ revision, progress }: Pick<HoldRow, "revision" | "progress">): number {
  const moves = progress === null || progress.codec === "erased" ? 0 : readProgress(decodePayload(progress)).moves;
  return revision - moves;
}
