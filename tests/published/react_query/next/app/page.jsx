import { cookies } from "next/headers";
import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import { Days } from "./days.jsx";
import { queriesOf } from "./queries.js";

export default async function Page() {
  const visitor = await cookies();
  const token = visitor.get("token")?.value ?? null;
  const viewer = visitor.get("viewer")?.value ?? null;
  const cache = new QueryClient();
  await cache.prefetchQuery(queriesOf(viewer, token).queryOptions("engagement/active-learning-days", { limit: 2 }));
  return (
    <HydrationBoundary state={dehydrate(cache)}>
      <Days viewer={viewer} token={token} />
    </HydrationBoundary>
  );
}
