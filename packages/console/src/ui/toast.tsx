import { CircleCheck, TriangleAlert, X } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import { Button, IconButton } from "./button.tsx";
import { classNames } from "./class-names.ts";

/** Something that was done, or did not work, said in a corner. */
export interface Toast {
  text: ReactNode;
  tone?: "ok" | "danger";
  action?: { label: string; onSelect: () => void; shortcut?: string };
  /** How long it stays, in ms; null until it is closed. Default: six seconds, and what went wrong until it is closed. */
  stays?: number | null;
}

type Shown = Toast & { id: number };
interface Toasts {
  /** @returns how to take it away */
  show(toast: Toast): () => void;
}

const ToastContext = createContext<Toasts | null>(null);

/** Says things that need no answer. */
export function useToast(): Toasts {
  const toasts = useContext(ToastContext);
  if (toasts === null) throw new Error("useToast needs a ToastProvider above it");
  return toasts;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const next = useRef(0);
  const show = useCallback((toast: Toast) => {
    const id = next.current++;
    const remove = (): void => setShown((all) => all.filter((one) => one.id !== id));
    setShown((all) => [...all.slice(-2), { ...toast, id }]);
    const stays = toast.stays === undefined ? (toast.tone === "danger" ? null : 6000) : toast.stays;
    if (stays !== null) setTimeout(remove, stays);
    return remove;
  }, []);
  const value = useMemo(() => ({ show }), [show]);
  return (
    <ToastContext value={value}>
      {children}
      {/* Always in the page: a region that comes with its text is not read. */}
      <section
        aria-live="polite"
        aria-label="Notices"
        className="pointer-events-none fixed inset-x-0 bottom-4 z-50 grid justify-items-center gap-2 px-4"
      >
        {shown.map(({ id, text, tone = "ok", action }) => (
          <div
            key={id}
            className="pointer-events-auto flex max-w-full items-center gap-3 rounded-lg border border-line bg-raised py-2 pr-2 pl-3 shadow-raised"
          >
            <span className={classNames("shrink-0", tone === "ok" ? "text-ok" : "text-danger")}>
              {tone === "ok" ? (
                <CircleCheck size={16} aria-hidden="true" />
              ) : (
                <TriangleAlert size={16} aria-hidden="true" />
              )}
            </span>
            <span className="min-w-0 wrap-anywhere">{text}</span>
            {action && (
              <Button size="sm" shortcut={action.shortcut} onClick={action.onSelect}>
                {action.label}
              </Button>
            )}
            <IconButton
              label="Dismiss"
              className="size-6"
              onClick={() => setShown((all) => all.filter((one) => one.id !== id))}
            >
              <X size={14} aria-hidden="true" />
            </IconButton>
          </div>
        ))}
      </section>
    </ToastContext>
  );
}
