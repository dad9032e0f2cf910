import type { Delta, DeltaGate, DeltaPlace } from "../step/model-step.ts";
import type { Guardrails } from "./guardrails.ts";
import type { RailInfo } from "./rail.ts";
import type { Vault } from "./vault.ts";

/** What is at least kept back: something that is to be found may have begun in it. */
const keptBack = 96;

/**
 * Lets pieces of an answer through as far as they were checked. Where all rails of `output` judge beginnings (`incremental`), that is up
 * to the last sentence but what may still become something; otherwise nothing before the whole was checked. Reasoning is never passed on.
 */
export class StreamGate implements DeltaGate {
  readonly #guard: Guardrails;
  readonly #vault: Vault;
  readonly #atOnce: boolean;
  readonly #passCalls: boolean;
  #received = "";
  #released = "";
  #shut = false;
  #place: DeltaPlace | null = null;

  constructor(guard: Guardrails, vault: Vault) {
    this.#guard = guard;
    this.#vault = vault;
    this.#atOnce = guard.at("output").every((rail) => rail.incremental === true && !rail.whole && rail.check);
    this.#passCalls = guard.at("tool-call").length === 0;
  }

  take(delta: Delta, place: DeltaPlace, show: (delta: Delta) => void): void {
    if (this.#place?.attempt !== place.attempt || this.#place.step !== place.step) this.#begin(place);
    if (delta.type === "tool-call") {
      if (this.#passCalls) show(delta);
      return;
    }
    if (delta.type !== "text") return;
    this.#received += delta.delta;
    if (!this.#atOnce || this.#shut || !/[.!?\n。！？]/u.test(delta.delta)) return;
    const ready = this.#release();
    if (ready !== "") show({ type: "text", delta: ready });
  }

  /** The rest of an answer that was checked, where this process has heard it come; null where it has not. */
  finish(checked: string): { delta: Delta; place: DeltaPlace } | null {
    const place = this.#place;
    this.#place = null;
    if (!place || !checked.startsWith(this.#released) || checked === this.#released) return null;
    return { delta: { type: "text", delta: checked.slice(this.#released.length) }, place };
  }

  #begin(place: DeltaPlace): void {
    this.#place = place;
    this.#received = "";
    this.#released = "";
    this.#shut = false;
  }

  /** What more may be seen. */
  #release(): string {
    const whole = this.#judge(this.#received);
    if (whole === null) {
      this.#shut = true;
      return "";
    }
    const ready = whole.border(sentenceEnd(this.#received, this.#received.length - keptBack));
    const checked = ready > 0 ? this.#judge(this.#received.slice(0, ready)) : null;
    if (checked === null || !checked.text.startsWith(this.#released)) return "";
    const more = checked.text.slice(this.#released.length);
    this.#released = checked.text;
    return more;
  }

  /** The text as the rails let it pass; null when one of them does not, or fails. */
  #judge(text: string): { text: string; border: (at: number) => number } | null {
    const info: RailInfo = { placeholder: (type, value) => this.#vault.entry(type, value).placeholder };
    let current = text;
    let border = (at: number): number => at;
    for (const rail of this.#guard.at("output")) {
      try {
        const verdict = rail.check?.({ value: current, text: current, place: "output", path: "" }, info);
        if (verdict instanceof Promise) verdict.catch(() => {});
        if (!verdict || verdict instanceof Promise) return null;
        if (verdict.action !== "allow" && verdict.action !== "modify") return null;
        const { findings = [] } = verdict;
        const before = border;
        // Nothing is cut in two that is found only as a whole.
        border = (at) =>
          findings.reduce((now, one) => (one.start < now && now < one.end ? one.start : now), before(at));
        if (verdict.action === "modify") current = String(verdict.value);
      } catch {
        return null;
      }
    }
    return { text: current, border };
  }
}

function sentenceEnd(text: string, before: number): number {
  for (let at = Math.min(before, text.length); at > 0; at--) {
    if (/[\s。！？]/u.test(text[at - 1] as string)) return at;
  }
  return 0;
}
