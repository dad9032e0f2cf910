import { copy } from "../../shell/copy.ts";
import { NotHereYet } from "../../shell/not-here-yet.tsx";

export const SchedulesScreen = () => <NotHereYet screen={copy.screens.schedules} command="holdpoint schedule" />;
