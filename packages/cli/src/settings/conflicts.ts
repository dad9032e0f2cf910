const loopback = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** What settings that are right each for itself cannot be together, a sentence each. */
export function conflicts(value: (path: string) => unknown): string[] {
  const wrong: string[] = [];
  const origin = value("server.origin") as string | undefined;
  const ways = ["oidc", "accounts", "issuer"].filter((one) => value(`server.signIn.${one}.enabled`) === true);
  if (origin !== undefined && !origin.startsWith("https:") && !loopback.test(origin))
    wrong.push(
      `HOLDPOINT_ORIGIN (server.origin) must be https, but for localhost: "${origin}" would show sessions to the network`,
    );
  if (ways.length > 0 && origin === undefined)
    wrong.push(
      `HOLDPOINT_ORIGIN (server.origin) is missing: signing in (server.signIn.${ways[0]}) must know where browsers see the server`,
    );
  if (ways.includes("oidc")) {
    for (const [env, path] of [
      ["HOLDPOINT_OIDC_ISSUER", "issuer"],
      ["HOLDPOINT_OIDC_CLIENT_ID", "clientId"],
    ] as const)
      if (value(`server.signIn.oidc.${path}`) === undefined)
        wrong.push(`${env} (server.signIn.oidc.${path}) is missing: nobody can sign in with the provider without it`);
    const roles = Object.keys((value("server.signIn.oidc.roles") as object | undefined) ?? {});
    const everybody = (value("server.signIn.oidc.everybody") as readonly string[] | undefined) ?? [];
    if (roles.length === 0 && everybody.length === 0)
      wrong.push(
        "HOLDPOINT_OIDC_ROLES (server.signIn.oidc.roles) is missing, or HOLDPOINT_OIDC_EVERYBODY: nobody would have a role",
      );
  }
  if (value("server.enabled") === false && value("worker") === false)
    wrong.push("HOLDPOINT_SERVER and HOLDPOINT_WORKER (server.enabled, worker) are both false: nothing is left to do");
  return wrong;
}
