import { userInfo } from "node:os";

/** Who sits here: `HOLDPOINT_USER`, else the user of the operating system. */
export const currentUser = (): string => process.env.HOLDPOINT_USER || userInfo().username;
