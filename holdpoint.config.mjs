// What `npx holdpoint …` works on in this repository: the mail of `npm start` (examples/mail-triage).
import { configFor } from "./examples/mail-triage/dist/config.js";

export default configFor(import.meta.dirname);
