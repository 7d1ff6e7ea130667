import { readResource } from "../core/read_resource.ts";
import { fullName, type Resource } from "../core/resource.ts";
import { deriveScope } from "../core/scope.ts";
import { respond } from "./answer.ts";
import type { Api } from "./api.ts";
import { requireCaller } from "./credentials.ts";
import type { Exchange } from "./exchange.ts";
import { chooseFormat } from "./negotiation.ts";
import { parseQuery } from "./query_params.ts";

/** GET /<pack>/<resource>: parameters, caller, scope, read, respond. */
export async function serveResource(api: Api, resource: Resource, exchange: Exchange): Promise<Response> {
  exchange.resource = fullName(resource);
  const { headers } = exchange.request;
  const { format: wanted, params } = parseQuery(resource, exchange.url.searchParams);
  const format = chooseFormat(resource, { format: wanted, accept: headers.get("accept") });
  const caller = await requireCaller(api, exchange);
  const scope = deriveScope(resource, caller, api.reader.hash);
  const if_none_match = headers.get("if-none-match");
  const asked = { resource, params, scope, format, if_none_match, emit: exchange.emit };
  const answer = await exchange.timed("read", () => readResource(api.reader, asked));
  return respond(answer, { resource, format, exchange });
}
