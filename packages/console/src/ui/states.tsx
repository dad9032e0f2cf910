import { Inbox, LockKeyhole, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { isForbidden, problemText } from "../data/problem.ts";
import { Button } from "./button.tsx";

const Frame = ({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) => (
  <div className="mx-auto grid max-w-md justify-items-center gap-2 px-6 py-14 text-center">
    <span className="mb-1 grid size-11 place-items-center rounded-full bg-sunken text-muted">{icon}</span>
    <h2 className="text-md font-semibold">{title}</h2>
    {children}
  </div>
);

/** There is nothing: say why, and what to do about it. */
export const Empty = ({ title, icon, children }: { title: string; icon?: ReactNode; children?: ReactNode }) => (
  <Frame icon={icon ?? <Inbox size={20} aria-hidden="true" />} title={title}>
    <div className="grid justify-items-center gap-3 text-muted">{children}</div>
  </Frame>
);

/** What is asked for is on its way: grey lines where it will be. */
export function Loading({ rows = 6, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="grid gap-3 p-4">
      {Array.from({ length: rows }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines without a name
        <div key={n} className="grid animate-pulse gap-2">
          <div className="h-3.5 w-2/5 rounded bg-line" />
          <div className="h-3 w-4/5 rounded bg-line/70" />
        </div>
      ))}
    </div>
  );
}

/** It did not work: in words, with the id that the server's log knows it by. Who may not look is told that instead. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail, requestId } = problemText(error);
  if (isForbidden(error)) return <NoPermission detail={detail} />;
  return (
    <Frame icon={<TriangleAlert size={20} aria-hidden="true" />} title={title}>
      <p className="text-muted" role="alert">
        {detail}
      </p>
      {requestId && <p className="font-mono text-xs break-all text-muted">request {requestId}</p>}
      {onRetry && (
        <Button onClick={onRetry} className="mt-2">
          Try again
        </Button>
      )}
    </Frame>
  );
}

/** Somebody is known, and may not see this. */
export const NoPermission = ({ detail }: { detail: string }) => (
  <Frame icon={<LockKeyhole size={20} aria-hidden="true" />} title="You may not see this">
    <p className="text-muted">{detail}</p>
  </Frame>
);
