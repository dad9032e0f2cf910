import { userInfo } from "node:os";
import { type Directory, staticDirectory } from "holdpoint";

/** Who decides when nobody else is named: as for the `holdpoint` command. */
export const me = (): string => process.env.HOLDPOINT_USER || userInfo().username;

/** Who is who: whoever runs this is the mail desk; the leads are asked when the desk does not answer. */
export const staff = (): Directory => staticDirectory({ groups: { "mail-desk": [me()], leads: ["postmaster"] } });
