import { defineConfig } from "holdpoint";
import { supportReply } from "./workflows/support-reply.ts";

// The store is .holdpoint/holdpoint.db beside this file, unless HOLDPOINT_STORE or `store` here says otherwise.
export default defineConfig({ workflows: [supportReply] });
