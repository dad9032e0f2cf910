import { useQuery } from "@tanstack/react-query";
import { useAction } from "../../data/action.ts";
import { api, call } from "../../data/api.ts";
import { useSession } from "../../data/session.tsx";
import { Answered } from "../../ui/answered.tsx";
import { Button } from "../../ui/button.tsx";
import { Panel, Section } from "../../ui/page.tsx";
import { copy } from "./copy.ts";
import { OwnPassword } from "./own-password.tsx";
import { OwnTotp } from "./own-totp.tsx";
import { Names } from "./rights.tsx";
import { SessionTable } from "./sessions.tsx";
import { OwnSubstitutions } from "./substitutions.tsx";

const words = copy.you;

/** Who is signed in, what they may do, and their own account where they have one here. */
export function You() {
  const { me, name, via } = useSession();
  return (
    <>
      <Section title={name} hint={words.via[via]}>
        <Panel>
          <dl className="grid gap-3 p-4 sm:grid-cols-[10rem_minmax(0,1fr)]">
            <dt className="text-muted">Name in the log</dt>
            <dd className="wrap-anywhere">{me.id}</dd>
            <dt className="text-muted">Namespace</dt>
            <dd className="wrap-anywhere">{me.namespace}</dd>
            <dt className="text-muted">Roles</dt>
            <dd className="grid gap-1">
              {me.bindings.map(({ role, workflows }) => (
                <span key={`${role} ${workflows?.join(" ")}`} className="wrap-anywhere">
                  {role} <span className="text-muted">for {workflows?.join(", ") ?? words.everything}</span>
                </span>
              ))}
            </dd>
            <dt className="text-muted">{words.permissions}</dt>
            <dd>
              <Names names={me.permissions} />
            </dd>
          </dl>
        </Panel>
      </Section>
      <OwnSubstitutions />
      {via === "session" ? <OwnAccount /> : <p className="text-muted">{words.keyOnly}</p>}
    </>
  );
}

function OwnAccount() {
  const account = useQuery(api("me.account", {}));
  const sessions = useQuery(api("me.sessions", {}));
  const end = useAction(
    ["me"],
    (session: string) => call("me.endSession", { session }),
    () => copy.sessions.ended,
  );
  const endOthers = useAction(
    ["me"],
    () => call("me.endOtherSessions", {}),
    ({ ended }) => copy.sessions.endedMany(ended),
  );
  return (
    <>
      <Answered query={account} absent={words.noAccount}>
        {(own) => (
          <>
            <OwnPassword hasTotp={own.hasTotp} />
            <OwnTotp hasTotp={own.hasTotp} />
          </>
        )}
      </Answered>
      <Section
        title={words.sessions}
        actions={
          (sessions.data?.items.length ?? 0) > 1 && (
            <Button busy={endOthers.isPending} onClick={() => endOthers.mutate(undefined)}>
              {words.endOthers}
            </Button>
          )
        }
      >
        <Panel>
          <Answered query={sessions}>
            {({ items, current }) => <SessionTable items={items} current={current} onEnd={end.mutate} />}
          </Answered>
        </Panel>
      </Section>
    </>
  );
}
