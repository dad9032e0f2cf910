import { copy } from "../../shell/copy.ts";
import { NotHereYet } from "../../shell/not-here-yet.tsx";

export const BuilderScreen = () => <NotHereYet screen={copy.screens.builder} command="holdpoint validate FILE" />;
