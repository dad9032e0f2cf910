import { describe, expect, test } from "vitest";
import type { ConversationBook, NewMessage } from "./conversation-book.ts";

const says = (id: string, content: string): NewMessage => ({ id, message: { role: "user", content }, tokens: 5 });
const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));

/** What every book does. */
export function bookSuite(where: string, open: () => ConversationBook): void {
  describe(`a book of conversations ${where}`, () => {
    const ana = { user: "ana", thread: "t-1" };

    test("keeps messages in order, and one whose id is there is not added again", async () => {
      const book = open();
      expect(await book.append(ana, [says("a", "one"), says("b", "zwei 🙂 \u0000")], at(1))).toBe(2);
      expect(await book.append(ana, [says("b", "two"), says("c", "three")], at(2))).toBe(3);
      const kept = await book.messages(ana, 1);
      expect(kept).toEqual([
        { number: 2, message: { role: "user", content: "zwei 🙂 \u0000" }, tokens: 5 },
        { number: 3, message: { role: "user", content: "three" }, tokens: 5 },
      ]);
      const together = ["x", "y", "z"].map((id) => book.append({ ...ana, thread: "t-2" }, [says(id, id)], at(3)));
      expect((await Promise.all(together)).toSorted()).toEqual([1, 2, 3]);
      expect((await book.threads("ana")).map(({ thread }) => thread)).toEqual(["t-2", "t-1"]);
    });

    test("keeps the summary that goes furthest, working notes, and notes by id", async () => {
      const book = open();
      expect(await book.thread(ana)).toBeNull();
      await book.append(ana, [says("a", "one")], at(1));
      await book.summarise(ana, "far", 4);
      await book.summarise(ana, "less far", 2);
      await book.work(ana, "looking", at(2));
      expect(await book.thread(ana)).toEqual({
        ...{ thread: "t-1", summary: "far", summarisedTo: 4, working: "looking" },
        updatedAt: at(2),
      });
      await book.note("ana", { id: "n1", kind: "fact", text: "likes tea", thread: null, at: at(1) });
      await book.note("ana", { id: "n1", kind: "fact", text: "likes coffee", thread: null, at: at(2) });
      await book.note("ana", { id: "n2", kind: "episode", text: "asked", thread: "t-1", at: at(3) });
      expect((await book.notes("ana")).map(({ text }) => text)).toEqual(["asked", "likes coffee"]);
      expect(await book.notes("ana", "fact")).toHaveLength(1);
      await book.forgetNote("ana", "n1");
      expect(await book.notes("ana", "fact")).toEqual([]);
    });

    test("never shows one user's conversation to another, and forgets a thread or a user whole", async () => {
      const book = open();
      const ben = { ...ana, user: "ben" };
      for (const place of [ana, ben, { user: "Ana", thread: "t-1" }, { ...ana, thread: "t-2" }]) {
        await book.append(place, [says("a", `${place.user} says`)], at(1));
        await book.note(place.user, {
          id: `e ${place.thread}`,
          kind: "episode",
          text: "e",
          thread: place.thread,
          at: at(1),
        });
        await book.note(place.user, { id: "f", kind: "fact", text: "f", thread: place.thread, at: at(1) });
      }
      expect(JSON.stringify(await book.messages(ben, 0))).toContain("ben says");
      expect(JSON.stringify(await book.messages(ben, 0))).not.toContain("ana");
      await book.forgetThread(ana);
      expect(await book.thread(ana)).toBeNull();
      expect(await book.messages(ana, 0)).toEqual([]);
      expect((await book.notes("ana")).map(({ id }) => id).toSorted()).toEqual(["e t-2", "f"]);
      await book.forgetUser("ana");
      expect([
        await book.threads("ana"),
        await book.notes("ana"),
        await book.messages({ ...ana, thread: "t-2" }, 0),
      ]).toEqual([[], [], []]);
      expect(await book.messages(ben, 0)).toHaveLength(1);
      expect(await book.messages({ user: "Ana", thread: "t-1" }, 0)).toHaveLength(1);
    });
  });
}
