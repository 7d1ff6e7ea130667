import { queryOptions, QueryClient, useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createBareClient } from "freshet-client";
import { createQueries } from "freshet-client/react-query";

const client = createBareClient({ url: "", key: "" });
const queries = createQueries(client, { viewer: null });
const lanes = queries.queryOptions("arena/lane-distributions", { challenge_id: "…" });

export function Rows() {
  const p50: number | null | undefined = useQuery(lanes).data?.data[0]?.p50;
  const total: number = useSuspenseQuery(lanes).data.meta.total_count;
  const days: readonly string[] = useQuery({ ...lanes, select: ({ data }) => data.map(({ lane_key }) => lane_key) }).data ?? [];
  const days_of_pages = useInfiniteQuery(queries.infiniteQueryOptions("engagement/active-learning-days", { limit: 2 }));
  const day: string | undefined = days_of_pages.data?.pages[0]?.data[0]?.active_on;
  const kept = new QueryClient().getQueryData(queryOptions(lanes).queryKey);
  const version: number | undefined = kept?.meta.version;
  const text: string | undefined = useQuery(lanes).data?.data[0]?.p50; // refused
  return [p50, total, days, day, version, text];
}

createQueries(client, {}); // refused
queries.queryOptions("arena/lane-distributions"); // refused
queries.queryOptions("arena/lane-distributions", { challenge: "…" }); // refused
queries.queryOptions("arena/nothing"); // refused
queries.infiniteQueryOptions("arena/lane-distributions", { challenge_id: "…" }); // refused
