import { type Issue, ValidationError } from "../errors.ts";

const plain = /^[^\p{Cc}\p{Cs}]+$/u;

/** Collects what is wrong with what somebody wrote about people, and says it in one error. */
export class FieldChecks {
  private readonly issues: Issue[] = [];
  private readonly subject: string;

  constructor(subject: string) {
    this.subject = subject;
  }

  /** A name of a person or a group. */
  name(path: string, value: unknown): this {
    if (typeof value === "string" && value.length <= 256 && plain.test(value)) return this;
    return this.wrong(path, "must be a name of 1 to 256 characters without line breaks");
  }

  /** Some words in one line; null is none. */
  line(path: string, value: unknown, most = 256): this {
    if (value === null || (typeof value === "string" && value.length <= most && plain.test(value))) return this;
    return this.wrong(path, `must be 1 to ${most} characters without line breaks, or null`);
  }

  /** A list of different names. */
  names(path: string, value: unknown, most: number): this {
    if (!Array.isArray(value)) return this.wrong(path, "must be a list of names");
    if (value.length > most) return this.wrong(path, `must have at most ${most} names; it has ${value.length}`);
    for (const [index, one] of value.entries()) this.name(`${path}.${index}`, one);
    return this;
  }

  that(holds: boolean, path: string, message: string): this {
    return holds ? this : this.wrong(path, message);
  }

  /** Throws `ValidationError` where something was wrong. */
  done(): void {
    if (this.issues.length > 0) throw new ValidationError(this.subject, this.issues);
  }

  private wrong(path: string, message: string): this {
    this.issues.push({ path, message });
    return this;
  }
}
