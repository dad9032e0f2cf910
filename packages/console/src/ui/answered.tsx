import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Nothing } from "./page.tsx";
import { Failure, Loading } from "./states.tsx";

/** What an answer is shown as: on its way, failed, not offered by this server (`absent`, for 404), or there. */
export function Answered<T>({
  query,
  absent,
  rows = 3,
  children,
}: {
  query: UseQueryResult<T>;
  absent?: string;
  rows?: number;
  children: (answer: T) => ReactNode;
}) {
  const { data, error, refetch } = query;
  if (data !== undefined) return children(data);
  if (error === null) return <Loading rows={rows} />;
  if (absent !== undefined && (error as { status?: number }).status === 404) return <Nothing>{absent}</Nothing>;
  return <Failure error={error} onRetry={() => void refetch()} />;
}
