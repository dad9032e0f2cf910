import { type Engine, NotFoundError } from "@holdpoint/core";

/** So many holds' tags are remembered. */
const most = 10_000;

/** The tags of holds, which never change: read once for all who filter by them. */
export class HoldTags {
  private readonly engine: Engine;
  private readonly known = new Map<string, readonly string[]>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The tags of a hold that was read; none of any other. */
  of(holdId: string): readonly string[] {
    return this.known.get(holdId) ?? [];
  }

  /** Has these holds' tags at hand. One that is gone, or was erased, has none. */
  async read(ids: readonly string[]): Promise<void> {
    const wanted = new Set(ids);
    const missing = [...wanted].filter((id) => !this.known.has(id));
    for (const id of this.known.keys()) {
      if (this.known.size + missing.length <= most) break;
      if (!wanted.has(id)) this.known.delete(id);
    }
    await Promise.all(missing.map(async (id) => this.known.set(id, await this.tagsOf(id))));
  }

  private async tagsOf(id: string): Promise<readonly string[]> {
    try {
      return (await this.engine.hold(id)).tags;
    } catch (error) {
      if (error instanceof NotFoundError) return [];
      throw error;
    }
  }
}
