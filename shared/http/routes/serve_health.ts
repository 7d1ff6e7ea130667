import { readsEverything } from "../../access/caller.ts";
import { worst } from "../../ops/health.ts";
import type { Api } from "../api.ts";
import { identifyCaller } from "../request/credentials.ts";
import type { Exchange } from "../request/exchange.ts";
import { refuseParameters } from "../request/query_params.ts";

/** GET /health: one status for every caller, with reasons for operators. 503 unless everything is known to be well. */
export async function serveHealth(api: Api, exchange: Exchange): Promise<Response> {
  exchange.resource = "health";
  refuseParameters(exchange.parameters);
  const caller = await identifyCaller(api, exchange);
  exchange.begin("health");
  const reports = await Promise.all(
    api.health.map(async (source) => [source.name, await source.check(exchange.emit)] as const),
  );
  const status = worst(reports.map(([, report]) => report.status));
  exchange.outcome = status.toUpperCase();
  const details = caller !== null && readsEverything(caller)
    ? {
      reasons: reports.flatMap(([name, report]) => report.reasons.map((reason) => `${name}: ${reason}`)),
      ...Object.fromEntries(reports.map(([name, report]) => [name, report.details])),
    }
    : {};
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  const body = JSON.stringify({ status, ...details });
  return new Response(body, { status: status === "ok" ? 200 : 503, headers });
}
