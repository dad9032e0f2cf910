import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { service } from "holdpoint";

/** What is booked with a supplier, by the key it was booked under. */
type Book = Record<string, { traveller: string; city: string; cancelled?: true }>;

/** Suppliers whose books are files: they outlive the process, and booking twice under one key is booking once. */
export class Suppliers {
  private readonly folder: string;
  /** Suppliers that have nothing left, and those that do not answer when something is to be cancelled. */
  private readonly trouble: { without: readonly string[]; stuck: readonly string[] };

  constructor(folder: string, trouble: { without?: readonly string[]; stuck?: readonly string[] } = {}) {
    this.folder = folder;
    this.trouble = { without: trouble.without ?? [], stuck: trouble.stuck ?? [] };
  }

  async book(supplier: string, key: string, traveller: string, city: string): Promise<string> {
    if (this.trouble.without.includes(supplier)) throw new Error(`no ${supplier} left in ${city}`);
    await this.change(supplier, (book) => {
      book[key] ??= { traveller, city };
    });
    return key;
  }

  async cancel(supplier: string, key: string): Promise<void> {
    if (this.trouble.stuck.includes(supplier)) throw new Error(`the ${supplier} desk does not answer`);
    await this.change(supplier, (book) => {
      const entry = book[key];
      if (entry) entry.cancelled = true;
    });
  }

  /** What is booked and not cancelled. */
  async booked(supplier: string): Promise<string[]> {
    const book = await this.read(supplier);
    return Object.values(book).flatMap(({ traveller, city, cancelled }) => (cancelled ? [] : [`${traveller} ${city}`]));
  }

  private async read(supplier: string): Promise<Book> {
    try {
      return JSON.parse(await readFile(join(this.folder, `${supplier}.json`), "utf8")) as Book;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
      throw error;
    }
  }

  private async change(supplier: string, change: (book: Book) => void): Promise<void> {
    const book = await this.read(supplier);
    change(book);
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, `${supplier}.json`), `${JSON.stringify(book, null, 2)}\n`);
  }
}

/** The suppliers the engine was given. */
export const suppliers = service<Suppliers>("suppliers");
