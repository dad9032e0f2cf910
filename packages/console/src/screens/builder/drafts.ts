/** What somebody is writing, kept in their browser until it is saved. */
export interface Draft {
  text: string;
  /** The version it was begun from; null for one that the server does not have. */
  base: { version: number; etag: string } | null;
  /** ms since the epoch. */
  at: number;
}

/** Drafts of one person in this browser. */
export class Drafts {
  private readonly prefix: string;

  constructor(person: string) {
    this.prefix = `holdpoint.builder.${person}.`;
  }

  /** The draft of a new pipeline is kept under a name of its own. */
  static newName(): string {
    return Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** The name of the draft of a pipeline that the server has. */
  static of(pipeline: string): string {
    return `of ${pipeline}`;
  }

  read(name: string): Draft | null {
    try {
      const draft = JSON.parse(localStorage.getItem(this.prefix + name) ?? "null") as Draft | null;
      return typeof draft?.text === "string" ? draft : null;
    } catch {
      return null;
    }
  }

  /** @returns false where the browser keeps no more */
  keep(name: string, draft: Draft): boolean {
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  drop(name: string): void {
    localStorage.removeItem(this.prefix + name);
  }

  /** Newest first. */
  list(): { name: string; draft: Draft }[] {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(this.prefix))
      .flatMap((key) => {
        const name = key.slice(this.prefix.length);
        const draft = this.read(name);
        return draft ? [{ name, draft }] : [];
      })
      .sort((one, other) => other.draft.at - one.draft.at);
  }
}
