import { Hammer } from "lucide-react";
import { Empty } from "../ui/states.tsx";
import { copy } from "./copy.ts";

/** A screen that is not written yet, and how to do its work meanwhile. */
export const NotHereYet = ({ screen, command }: { screen: string; command: string }) => (
  <>
    <h1 className="sr-only">{screen}</h1>
    <Empty title={copy.notHere.title} icon={<Hammer size={20} aria-hidden="true" />}>
      <p>{copy.notHere.detail(screen)}</p>
      <code className="rounded-md bg-sunken px-2 py-1 font-mono text-sm text-ink">{command}</code>
    </Empty>
  </>
);
