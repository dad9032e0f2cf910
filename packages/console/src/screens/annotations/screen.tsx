import { getRouteApi } from "@tanstack/react-router";
import { QueueList } from "./queue-list.tsx";
import { QueueView } from "./queue-view.tsx";

const route = getRouteApi("/annotations");

/** Annotation queues: which there are, and the work in one. */
export function AnnotationsScreen() {
  const { queue } = route.useSearch();
  return queue === undefined ? <QueueList /> : <QueueView key={queue} queue={queue} />;
}
