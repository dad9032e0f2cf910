import { copy } from "../../shell/copy.ts";
import { NotHereYet } from "../../shell/not-here-yet.tsx";

export const SettingsScreen = () => <NotHereYet screen={copy.screens.settings} command="holdpoint keys" />;
