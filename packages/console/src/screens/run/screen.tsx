import { copy } from "../../shell/copy.ts";
import { NotHereYet } from "../../shell/not-here-yet.tsx";

export const RunScreen = () => <NotHereYet screen={copy.screens.runs} command="holdpoint runs show RUN" />;
