import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useParams } from "@tanstack/react-router";
import { MousePointerClick } from "lucide-react";
import { useCallback, useRef, useState } from "react";
import { api } from "../../data/api.ts";
import { useLiveEvents } from "../../data/live.ts";
import { useMay, useSession } from "../../data/session.tsx";
import { classNames } from "../../ui/class-names.ts";
import { Empty } from "../../ui/states.tsx";
import { copy } from "./copy.ts";
import { useDecisions } from "./decisions.ts";
import { HoldDetail } from "./detail/hold-detail.tsx";
import { InboxList } from "./inbox-list.tsx";
import { useInboxKeys } from "./use-keys.ts";
import { useInboxList } from "./use-list.ts";
import { ViewRail } from "./view-rail.tsx";
import type { Hold } from "./views.ts";

const route = getRouteApi("/inbox");

/** What needs somebody: the views, the list, and the hold that is open. On a phone one after the other. */
export function InboxScreen() {
  const search = route.useSearch();
  const { hold: open } = useParams({ strict: false }) as { hold?: string };
  const { me } = useSession();
  const mayDecide = useMay("holds:decide");
  const navigate = useNavigate();
  const list = useInboxList(search);
  const counts = useQuery(api("holds.counts", {})).data;
  const decider = useDecisions();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const now = useRef(list.holds);
  now.current = list.holds;
  const focusRow = useRef<(id: string) => void>(() => {});

  useLiveEvents((event) => {
    if (
      "hold" in event &&
      event.hold &&
      ["hold.decided", "hold.answered", "hold.expired", "hold.withdrawn"].includes(event.type)
    )
      decider.overtaken(event.hold.id);
  });

  const openHold = useCallback(
    (id: string | null, replace = false) =>
      void (id === null
        ? navigate({ to: "/inbox", search: (before) => before as object, replace })
        : navigate({ to: "/inbox/$hold", params: { hold: id }, search: (before) => before as object, replace })),
    [navigate],
  );
  const toggle = (id: string): void =>
    setSelected((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));

  /** The row that follows: what was in focus is gone, and so the focus goes on. */
  const goOn = (decided: Hold): void => {
    // In the order as it was when this was decided; by now others may be gone, too.
    const at = list.holds.findIndex(({ id }) => id === decided.id);
    const there = new Set(now.current.map(({ id }) => id));
    const isLeft = ({ id }: Hold): boolean => id !== decided.id && there.has(id);
    const next = list.holds.slice(at + 1).find(isLeft) ?? list.holds.slice(0, Math.max(at, 0)).findLast(isLeft) ?? null;
    setSelected((before) => new Set([...before].filter((id) => id !== decided.id)));
    const wide = matchMedia("(min-width: 768px)").matches;
    openHold(wide ? (next?.id ?? null) : null, true);
    if (next) focusRow.current(next.id);
    else document.getElementById("content")?.focus();
  };

  useInboxKeys({
    holds: list.holds,
    open: open ?? null,
    openHold,
    toggle: mayDecide ? toggle : null,
    selectMany: (ids) => setSelected((before) => new Set([...before, ...ids])),
    focusRow,
    undo: () => {
      const back = decider.undo();
      if (back) openHold(back.id);
    },
  });

  return (
    <div className="flex min-h-0 grow max-xl:flex-col">
      <h1 className="sr-only">{copy.title}</h1>
      <div className={classNames("shrink-0 max-xl:w-full xl:flex", open && "max-md:hidden")}>
        <ViewRail search={search} counts={counts} />
      </div>
      <div className="flex min-h-0 min-w-0 grow">
        <div
          className={classNames(
            "flex min-h-0 w-full shrink-0 flex-col border-line bg-surface md:w-80 md:border-r lg:w-96",
            open && "max-md:hidden",
          )}
        >
          <InboxList
            search={search}
            counts={counts}
            list={list}
            me={me.id}
            open={open ?? null}
            selected={selected}
            onSelect={mayDecide && search.view !== "closed" ? toggle : null}
            onClear={() => setSelected(new Set())}
            focusRow={focusRow}
          />
        </div>
        <div className={classNames("min-h-0 min-w-0 grow", !open && "max-md:hidden")}>
          {open ? (
            <HoldDetail
              key={open}
              id={open}
              known={list.holds.find(({ id }) => id === open)}
              decider={decider}
              onDecided={goOn}
              onBack={() => openHold(null)}
            />
          ) : (
            <Empty title={copy.title} icon={<MousePointerClick size={20} aria-hidden="true" />}>
              <p>{copy.pick}</p>
            </Empty>
          )}
        </div>
      </div>
    </div>
  );
}
