import { namedEtag } from "../../read/etag.ts";
import { loadOnce } from "../../kernel/load_once.ts";
import { PRIVATE, VARY } from "../response/answer.ts";
import type { Api } from "../api.ts";
import { requireCaller } from "../request/credentials.ts";
import { refuseParameters } from "../request/query_params.ts";
import type { Route } from "./route.ts";

/** An import of a JSON file. */
export type LoadDocument = () => Promise<{ readonly default: object }>;

/** GET /openapi.json: the document that tools/openapi.ts generates. The same for every caller. */
export function serveOpenapi(api: Api, load: LoadDocument): Route {
  const written = loadOnce(async () => {
    // Loaded on first use: a new isolate should start fast.
    const { default: document } = await load();
    const text = JSON.stringify(document);
    return { text, etag: `"${api.reader.hash(text).slice(0, 32)}"` };
  });

  return async (exchange) => {
    exchange.resource = "openapi.json";
    refuseParameters(exchange.parameters);
    await requireCaller(api, exchange);
    const { text, etag } = await written();
    const headers = new Headers({ etag, "cache-control": PRIVATE, vary: VARY });
    if (namedEtag(exchange.request.headers.get("if-none-match"), etag) !== null) {
      exchange.outcome = "NOT_MODIFIED";
      return new Response(null, { status: 304, headers });
    }
    headers.set("content-type", "application/json");
    return new Response(text, { headers });
  };
}
