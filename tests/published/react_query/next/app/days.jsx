"use client";
import { useQuery } from "@tanstack/react-query";
import { queriesOf } from "./queries.js";

export function Days({ viewer, token }) {
  const { data } = useQuery(queriesOf(viewer, token).queryOptions("engagement/active-learning-days", { limit: 2 }));
  return <ol>{data?.data.map(({ active_on }) => <li key={active_on}>{active_on}</li>)}</ol>;
}
