/** The server, where the project has it: it is a package of its own. Null where it is not installed. */
export async function loadServer(): Promise<typeof import("@holdpoint/server") | null> {
  try {
    return await import("@holdpoint/server");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What it needs itself and is missing is another matter.
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes("'@holdpoint/server'")) return null;
    throw error;
  }
}
