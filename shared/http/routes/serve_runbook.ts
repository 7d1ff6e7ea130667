import { AppError } from "../../kernel/app_error.ts";
import type { Api } from "../api.ts";
import { identifyCaller } from "../request/credentials.ts";
import { refuseParameters } from "../request/query_params.ts";
import type { Route } from "./route.ts";
import pages from "../runbook.json" with { type: "json" };

/**
 * GET /runbook/<kind>.md: what to do about a kind of trouble, linked from the alert. Needs no credential: a person woken by an
 * alert opens a link, and it serves only documents of this product. As plain text, which browsers show.
 */
export function serveRunbook(api: Api): Route {
  const known = new Map<string, string>(Object.entries(pages));

  return async (exchange) => {
    exchange.resource = "runbook";
    refuseParameters(exchange.parameters);
    await identifyCaller(api, exchange);
    const page = known.get(exchange.path.slice(exchange.path.lastIndexOf("/") + 1));
    if (page === undefined) {
      throw new AppError("NOT_FOUND", { detail: "The runbook has no page of this name; README.md lists its pages" });
    }
    const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "public, max-age=3600" };
    return new Response(page, { headers });
  };
}
