import type { Api } from "../api.ts";
import { refuseParameters } from "../request/query_params.ts";
import type { Route } from "./route.ts";
import { opsAnswer, requireOperator } from "./serve_ops.ts";

/** GET /ops/cache: what the caches of the isolate that answers did since its start. */
export function serveCache(api: Api): Route {
  const { figures, reader } = api;
  return async (exchange) => {
    exchange.resource = "ops/cache";
    refuseParameters(exchange.parameters);
    await requireOperator(api, exchange);
    const { isolate_id, started_at, request_count, answers, misses, shared_failures, shared_skipped } = figures;
    const isolate = {
      isolate_id,
      started_at: new Date(started_at).toISOString(),
      age_seconds: Math.max(0, Math.floor((reader.clock.now() - started_at) / 1_000)),
      request_count,
      answers,
      misses,
      shared_failures,
      shared_skipped,
      memory: reader.memory.size(),
    };
    return opsAnswer({ data: { isolate, has_shared: reader.shared.exists }, meta: { resource: exchange.resource } });
  };
}
