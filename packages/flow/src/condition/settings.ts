import type { Json } from "./condition.ts";

/** What a built-in condition function was given, read with care: parameters come from documents. */
export class Settings {
  private readonly given: Readonly<Record<string, unknown>>;
  private readonly name: string;

  constructor(name: string, parameters: Json | undefined) {
    this.name = name;
    this.given =
      typeof parameters === "object" && parameters !== null && !Array.isArray(parameters)
        ? (parameters as Record<string, unknown>)
        : {};
  }

  number(key: string, otherwise: number): number {
    return this.read(key, otherwise, "number");
  }

  text(key: string, otherwise: string): string {
    return this.read(key, otherwise, "string");
  }

  flag(key: string, otherwise: boolean): boolean {
    return this.read(key, otherwise, "boolean");
  }

  texts(key: string, otherwise: readonly string[]): readonly string[] {
    const value = this.given[key] ?? otherwise;
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
    throw new TypeError(`${this.name}(): "${key}" must be a list of text`);
  }

  value(key: string): unknown {
    return this.given[key];
  }

  private read<T>(key: string, otherwise: T, type: string): T {
    const value = this.given[key] ?? otherwise;
    if (typeof value === type) return value as T;
    throw new TypeError(`${this.name}(): "${key}" must be a ${type === "string" ? "text" : type}`);
  }
}
