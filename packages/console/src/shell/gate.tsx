import { useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { apiKey } from "../data/api.ts";
import { live } from "../data/live.ts";
import { readPlace } from "../data/place.ts";
import { isSignedOut } from "../data/problem.ts";
import { followChanges } from "../data/queries.ts";
import { SessionProvider, useWhoIsThere } from "../data/session.tsx";
import { Failure, Loading } from "../ui/states.tsx";

const SignInScreen = lazy(() => import("../screens/sign-in/screen.tsx").then((it) => ({ default: it.SignInScreen })));

const InvitationScreen = lazy(() =>
  import("../screens/invitation/screen.tsx").then((it) => ({ default: it.InvitationScreen })),
);

/** An invitation is for somebody who cannot sign in yet, whoever sits at this browser otherwise. */
const isInvitation = (): boolean => location.pathname === `${readPlace().base}/console/invitation`;

/** Lets people in whom the server knows, asks the others to sign in, and follows what happens once they are in. */
export function Gate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const { session, error, retry } = useWhoIsThere();
  const person = session?.me.id;
  useEffect(() => {
    if (person === undefined) return;
    const signedOut = (): void => void queries.setQueryData(apiKey("system.me"), null);
    const stops = [
      live.start(signedOut),
      followChanges(queries),
      // A session may end at any request.
      queries.getQueryCache().subscribe(({ query }) => {
        if (query.queryKey[1] !== "me" && isSignedOut(query.state.error)) signedOut();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[1] !== "me" });
    };
  }, [person, queries]);
  if (isInvitation())
    return (
      <Suspense fallback={<Loading />}>
        <InvitationScreen />
      </Suspense>
    );
  if (error) return <Failure error={error} onRetry={retry} />;
  if (session === undefined) return <Loading />;
  if (session === null)
    return (
      <Suspense fallback={<Loading />}>
        <SignInScreen />
      </Suspense>
    );
  return <SessionProvider session={session}>{children}</SessionProvider>;
}
