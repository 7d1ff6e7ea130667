/** One `redis.get` for each request, with our settings; the value is the answer. */
import { createUpstashStore } from "../../../shared/adapters/upstash/store.ts";

const store = createUpstashStore({
  url: Deno.env.get("UPSTASH_REDIS_REST_URL") ?? "",
  token: Deno.env.get("UPSTASH_REDIS_REST_TOKEN") ?? "",
});

export default {
  async fetch(request: Request): Promise<Response> {
    const value = await store.read(new URL(request.url).searchParams.get("key") ?? "");
    return new Response(value, { status: value === null ? 404 : 200 });
  },
};
