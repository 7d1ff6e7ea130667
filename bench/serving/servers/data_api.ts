/** Reads the view through the data API for each request; with TTL_MS, caches each answer for that long. */
import { createClient } from "@supabase/supabase-js";

const client = createClient(Deno.env.get("SUPABASE_URL") ?? "", Deno.env.get("SECRET_KEY") ?? "", {
  auth: { persistSession: false, autoRefreshToken: false },
});
const ttl_ms = Number(Deno.env.get("TTL_MS") ?? 0);
const kept = new Map<string, { readonly rows: unknown; readonly until: number }>();

async function read(challenge: string): Promise<unknown> {
  const { data, error } = await client.schema("analytics").from("mv_lane_score_distribution")
    .select("*").eq("challenge_id", challenge).gte("sample_count", 5).order("lane_key");
  if (error !== null) throw new Error(error.message);
  return data;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const challenge = new URL(request.url).searchParams.get("challenge_id") ?? "";
    const known = kept.get(challenge);
    if (known !== undefined && Date.now() < known.until) return Response.json({ data: known.rows });
    const rows = await read(challenge);
    if (ttl_ms > 0) kept.set(challenge, { rows, until: Date.now() + ttl_ms });
    return Response.json({ data: rows });
  },
};
