import type { Substitution } from "./directory.ts";
import type { Reviewers, ReviewStage } from "./reviewers.ts";
import { groups } from "./rules.fixture.ts";

/** What somebody said, as a bystander writes it down. */
interface Heard {
  by: string;
  outcome: "approved" | "rejected" | "abstained";
  /** When they said it: a right is looked at as it was then. */
  at: number;
}

/**
 * A bystander who knows the rules as they are written, hears what people say, and at the end works out by trying every possibility
 * whether the rules were kept. Shares no code with what it judges.
 */
export class Bystander {
  private heard: Heard[] = [];
  private readonly handed: { from: string; to: string }[] = [];
  private readonly extra: { people: string[]; groups: string[] } = { people: [], groups: [] };
  private instead: { people: string[]; groups: string[]; quorum: number } | null = null;
  private readonly reviewers: Reviewers;
  private readonly creator: string;
  private readonly away: readonly Substitution[];

  constructor(reviewers: Reviewers, creator: string, away: readonly Substitution[]) {
    this.reviewers = reviewers;
    this.creator = creator;
    this.away = away;
  }

  says(heard: Heard): void {
    this.heard = [...this.heard.filter(({ by }) => by !== heard.by), heard];
  }

  /** What was asked is asked no more. */
  forget(): void {
    this.heard = [];
  }

  hands(from: string, to: string): void {
    this.handed.push({ from, to });
  }

  takesOver(brought: { people: string[]; groups: string[] }, quorum: number | null): void {
    if (quorum === null) {
      this.extra.people.push(...brought.people);
      this.extra.groups.push(...brought.groups);
      return;
    }
    this.instead = { ...brought, quorum };
    this.handed.length = 0;
    this.heard = [];
  }

  isBarred(person: string): boolean {
    const { exclude = [], excludeCreator, fourEyes } = this.reviewers;
    return exclude.includes(person) || ((excludeCreator || fourEyes) === true && person === this.creator);
  }

  get rejections(): Heard[] {
    return this.heard.filter(({ outcome }) => outcome === "rejected");
  }

  get objections(): Heard[] {
    return this.heard.filter(({ outcome }) => outcome !== "approved");
  }

  /** Whether those who approve could be told to fill every place of every sign-off, each by a right nobody else uses. */
  couldHaveApproved(): boolean {
    const approving = this.heard.filter(({ outcome }) => outcome === "approved");
    if (approving.some(({ by }) => this.isBarred(by))) return false;
    const places = this.stages().flatMap((stage, index) => this.placesOf(stage, index));
    return this.seat(places, 0, approving, new Set());
  }

  private stages(): ReviewStage[] {
    return [...(this.reviewers.stages ?? [this.reviewers])];
  }

  private placesOf(stage: ReviewStage, index: number): { index: number; stage: ReviewStage; group: string | null }[] {
    const { fourEyes, stages } = this.reviewers;
    if (this.instead) {
      const { people, groups, quorum } = this.instead;
      return Array.from({ length: quorum }, () => ({ index, stage: { people, groups }, group: null }));
    }
    const needed = (stage.need ?? []).flatMap(({ group, count = 1 }) => Array.from({ length: count }, () => group));
    const least = Math.max(stage.quorum ?? 1, fourEyes && (stages?.length ?? 1) < 2 ? 2 : 1);
    const free = Math.max(0, least - needed.length);
    return [...needed, ...Array.from({ length: free }, () => null)].map((group) => ({ index, stage, group }));
  }

  private seat(
    places: { index: number; stage: ReviewStage; group: string | null }[],
    from: number,
    people: readonly Heard[],
    rights: ReadonlySet<string>,
  ): boolean {
    const place = places[from];
    if (!place) return true;
    return people.some((person) =>
      this.rightsOf(person).some((right) => {
        if (rights.has(right) || !this.holds(right, place.stage, place.group)) return false;
        const left = people.filter((one) => one !== person);
        return this.seat(places, from + 1, left, new Set([...rights, right]));
      }),
    );
  }

  /** Their own, those handed to them, those of people they stand in for. */
  private rightsOf({ by: person, at: now }: Heard): string[] {
    const absent = this.away.filter(
      ({ substitute, from, until }) =>
        substitute === person && (!from || now >= from.getTime()) && (!until || now < until.getTime()),
    );
    const handed = this.handed.filter(({ to }) => to === person).map(({ from }) => from);
    return [person, ...handed, ...absent.map((one) => one.person)];
  }

  private holds(person: string, stage: ReviewStage, group: string | null): boolean {
    if (this.isBarred(person)) return false;
    const isIn = (name: string): boolean => groups[name as keyof typeof groups]?.includes(person) ?? false;
    if (group !== null) return isIn(group);
    const named = [...(stage.people ?? []), ...(this.instead ? [] : this.extra.people)];
    const wide = [
      ...(stage.groups ?? []),
      ...(stage.need ?? []).map((one) => one.group),
      ...(this.instead ? [] : this.extra.groups),
    ];
    return named.includes(person) || wide.some(isIn);
  }
}
