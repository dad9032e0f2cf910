import { copy } from "../../shell/copy.ts";
import { NotHereYet } from "../../shell/not-here-yet.tsx";

export const InboxScreen = () => <NotHereYet screen={copy.screens.inbox} command="holdpoint holds" />;
