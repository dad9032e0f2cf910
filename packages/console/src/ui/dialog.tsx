import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./button.tsx";
import { classNames } from "./class-names.ts";

const widths = { md: "max-w-md", lg: "max-w-2xl", xl: "max-w-5xl" } as const;

/**
 * A dialog: the browser's own `<dialog>`, which keeps the focus inside, closes on Escape and gives the focus back. (Libraries' dialogs
 * write style sheets into the page, which the policy of this console forbids.)
 *
 * @example
 * <Dialog open={asking} title="Cancel this run?" onClose={() => setAsking(false)} actions={<Button look="danger">Cancel run r-7</Button>}>…</Dialog>
 */
export function Dialog({
  open,
  title,
  onClose,
  children,
  actions,
  width = "md",
  bare = false,
}: {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  actions?: ReactNode;
  width?: keyof typeof widths;
  /** Without the heading on top: `title` is its name only. */
  bare?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (open && dialog && !dialog.open) dialog.showModal();
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it; this is for a click beside it
    <dialog
      ref={ref}
      aria-labelledby={bare ? undefined : id}
      aria-label={bare ? title : undefined}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
      className={classNames(
        "m-auto w-[calc(100%-2rem)] rounded-lg border border-line bg-raised p-0 text-ink shadow-raised",
        bare && "mt-[12vh]",
        widths[width],
      )}
    >
      {open && (
        <div>
          {!bare && (
            <div className="flex items-start justify-between gap-4 px-5 pt-4">
              <h2 id={id} className="text-md font-semibold">
                {title}
              </h2>
              <IconButton label="Close" onClick={onClose} className="-mt-1 -mr-2">
                <X size={16} aria-hidden="true" />
              </IconButton>
            </div>
          )}
          <div className={bare ? "" : "grid gap-4 px-5 pt-3 pb-5"}>{children}</div>
          {actions && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{actions}</div>}
        </div>
      )}
    </dialog>
  );
}
