import { copy } from "../../shell/copy.ts";
import { NotHereYet } from "../../shell/not-here-yet.tsx";

export const WorkflowsScreen = () => <NotHereYet screen={copy.screens.workflows} command="holdpoint workflows" />;
