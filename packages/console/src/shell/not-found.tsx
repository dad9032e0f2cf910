import { Compass } from "lucide-react";
import { Empty } from "../ui/states.tsx";
import { TextLink } from "../ui/text-link.tsx";
import { copy } from "./copy.ts";

/** An address that leads nowhere. */
export const NotFound = () => (
  <Empty title={copy.notFound.title} icon={<Compass size={20} aria-hidden="true" />}>
    <p>{copy.notFound.detail}</p>
    <TextLink to="/inbox">{copy.notFound.home}</TextLink>
  </Empty>
);
