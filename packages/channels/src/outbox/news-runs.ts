import { type Engine, type Hold, NotFoundError, RunConflictError, type RunStatus } from "@holdpoint/core";
import { everyPage } from "./every-page.ts";
import { movedSignal, newsName } from "./names.ts";
import { isClosed } from "./news.ts";

/** A news run that goes on: its id, and the state of its hold that it saw last. */
export interface Followed {
  runId: string;
  mark: string | null;
}

const live: readonly RunStatus[] = ["ready", "running", "parked", "paused"];

const newsIdOf = (holdId: string, round: number): string => `news:${holdId}${round === 0 ? "" : `~${round}`}`;

const markIn = (attributes: Record<string, unknown>): string | null =>
  typeof attributes["mark"] === "string" ? attributes["mark"] : null;

/** The runs that follow holds: one at a time for each, and another after it when the hold opens again. */
export class NewsRuns {
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Those that go on, by the ids of their holds. */
  async all(): Promise<Map<string, Followed>> {
    const runs = await everyPage((cursor) =>
      this.engine.runs({ workflow: newsName, status: live }, { limit: 1000, cursor }),
    );
    return new Map(
      runs.map(({ id, attributes }) => [
        String(attributes.hold ?? id.slice("news:".length).replace(/~\d+$/, "")),
        { runId: id, mark: markIn(attributes) },
      ]),
    );
  }

  /** The one of a hold that goes on; null when there is none. */
  async of(holdId: string): Promise<Followed | null> {
    for (let round = 0; ; round++) {
      const runId = newsIdOf(holdId, round);
      const run = await this.engine.get(runId).catch((error: unknown) => {
        if (error instanceof NotFoundError) return null;
        throw error;
      });
      if (run === null) return null;
      const { status, attributes } = await run.describe();
      if (live.includes(status)) return { runId, mark: markIn(attributes) };
    }
  }

  /** The news of a hold begin; or, of a hold that was closed and opened again, go on after what was told. */
  async begin(hold: Hold): Promise<void> {
    for (let round = 0, after = 0; ; round++) {
      const id = newsIdOf(hold.id, round);
      try {
        const run = await this.engine.run(newsName, { hold: hold.id, after }, { id });
        const { status, attributes } = await run.describe();
        if (live.includes(status) || isClosed(hold)) return;
        after = Number(attributes.seen ?? after);
      } catch (error) {
        if (!(error instanceof RunConflictError)) throw error;
      }
      if (round > 100) return;
    }
  }

  /** Tells one that its hold has moved, once for each state of it. */
  async wake({ runId }: Followed, mark: string): Promise<void> {
    const run = await this.engine.get(runId);
    await run.signal(movedSignal, undefined, { dedupe: mark }).catch(async (error: unknown) => {
      // It has just ended by itself.
      if (live.includes(await run.status())) throw error;
    });
  }
}
