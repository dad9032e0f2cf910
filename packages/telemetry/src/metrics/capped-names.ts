/**
 * Names for labels, so many at most: the first ones stay what they are, all later ones are "other". A label that grows without end takes a
 * metrics server down.
 */
export class CappedNames {
  private readonly most: number;
  private readonly known = new Set<string>();

  constructor(most: number) {
    this.most = most;
  }

  /** The name, or "other" once there are too many. */
  of(name: string): string {
    if (this.known.has(name)) return name;
    if (this.known.size >= this.most) return other;
    this.known.add(name);
    return name;
  }
}

/** What all names become that are too many. */
export const other = "other";
