import { copy } from "../../shell/copy.ts";
import { NotHereYet } from "../../shell/not-here-yet.tsx";

export const AnnotationsScreen = () => <NotHereYet screen={copy.screens.annotations} command="holdpoint annotations" />;
