import { copy } from "../../shell/copy.ts";
import { NotHereYet } from "../../shell/not-here-yet.tsx";

export const MetricsScreen = () => <NotHereYet screen={copy.screens.metrics} command="curl /metrics" />;
