import { RequestError } from "../http/errors.ts";
import type { Person } from "./person.ts";

/** Something that happened while people signed in or out, or changed how they do. */
export interface SignInEvent {
  /** `session.sign-in`, `account.password`, `token.issue`, … */
  action: string;
  outcome: "asked" | "done" | "refused";
  /** Whose it is, where that is known. */
  person: Pick<Person, "id" | "namespace"> | null;
  /** Why it was refused. */
  code: string | null;
  target: Record<string, unknown>;
}

/** Where a request came from, and who is told what became of it. */
export interface Source {
  /** The network address; null where nobody knows. */
  address?: string | null;
  /** Told of every sign-in, sign-out and change of an account; what it refuses to take is not done. */
  tell?: (event: SignInEvent) => Promise<void>;
}

/** Who does what to what of theirs. */
interface Doing {
  action: string;
  person: Pick<Person, "id" | "namespace"> | null;
  target?: Record<string, unknown>;
}

/** Says what somebody does before it is done, and what became of it. */
export async function told<T>(from: Source, doing: Doing, work: () => Promise<T>): Promise<T> {
  const event = { target: {}, ...doing, code: null };
  await from.tell?.({ ...event, outcome: "asked" });
  const result = await refusalTold(from, doing, work);
  await from.tell?.({ ...event, outcome: "done" });
  return result;
}

/** Says what was refused. */
export async function refusalTold<T>({ tell }: Source, doing: Doing, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RequestError) {
      const { code } = error;
      await tell?.({ target: {}, ...doing, outcome: "refused", code });
    }
    throw error;
  }
}
