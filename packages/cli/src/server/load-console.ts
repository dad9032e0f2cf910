/** Where the console's files are, where it is installed: it is a package of its own. Null where it is not. */
export async function loadConsole(): Promise<string | null> {
  try {
    return (await import("@holdpoint/console")).consoleDirectory;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes("'@holdpoint/console'")) return null;
    throw error;
  }
}
