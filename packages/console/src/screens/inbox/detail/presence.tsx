import { useQuery } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { api } from "../../../data/api.ts";
import { copy } from "../copy.ts";
import type { Hold } from "../views.ts";

/** So often one says that one is still here, in ms: the server believes it for 45 s. */
const everyMs = 20_000;

/** Who else looks at an open hold now. Being shown says that one is here, too, again and again while the page can be seen. */
export function Presence({ hold: { id, status } }: { hold: Hold }) {
  const open = status === "open";
  const asked = useQuery({
    ...api("holds.presence", { hold: id }),
    enabled: open,
    // Nobody is shown from memory, and what cannot be asked is not worth a word.
    ...{ staleTime: 0, gcTime: 0, retry: false },
    ...{ refetchInterval: everyMs, refetchOnWindowFocus: "always" },
  });
  const others = open && asked.isSuccess ? asked.data.items.map(({ person }) => person) : [];
  return (
    // There from the beginning: what appears in it is read out.
    <span role="status" className="inline-flex min-w-0 items-center gap-1 text-sm text-muted wrap-anywhere">
      {others.length > 0 && (
        <>
          <Eye size={14} aria-hidden="true" className="shrink-0" />
          {copy.present(others)}
        </>
      )}
    </span>
  );
}
