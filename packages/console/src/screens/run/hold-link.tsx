import type { ReactNode } from "react";
import { TextLink } from "../../ui/text-link.tsx";

/** The way to a hold in the inbox. */
export const HoldLink = ({ hold, className, children }: { hold: string; className?: string; children: ReactNode }) => (
  <TextLink to={`/inbox/${encodeURIComponent(hold)}` as "/inbox"} {...(className === undefined ? {} : { className })}>
    {children}
  </TextLink>
);
