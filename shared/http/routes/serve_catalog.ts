import { z } from "zod";
import { loadAll } from "../../resource/registry.ts";
import { fullName, type Resource } from "../../resource/resource.ts";
import { PRIVATE, VARY } from "../response/answer.ts";
import type { Api } from "../api.ts";
import { requireCaller } from "../request/credentials.ts";
import type { Exchange } from "../request/exchange.ts";
import { refuseParameters } from "../request/query_params.ts";
import { meaningOf } from "./parameter_meaning.ts";

/** GET /catalog: all resources, who may read them, and their parameters and rows. The same for every caller. */
export async function serveCatalog(api: Api, exchange: Exchange): Promise<Response> {
  exchange.resource = "catalog";
  refuseParameters(exchange.parameters);
  await requireCaller(api, exchange);
  const headers = { "content-type": "application/json", "cache-control": PRIVATE, vary: VARY };
  const resources = await loadAll(api.registry);
  const body = JSON.stringify({ resources: resources.map(describe) });
  return new Response(body, { headers });
}

function describe(resource: Resource): Record<string, unknown> {
  return {
    resource: fullName(resource),
    path: `/analytics/${fullName(resource)}`,
    summary: resource.summary,
    view: resource.view,
    access: resource.access.scope,
    roles: resource.access.scope === "member" ? resource.access.rows : null,
    formats: resource.formats,
    minimum_sample: resource.minimum_sample,
    max_age_seconds: resource.max_age_seconds,
    refresh_on_demand: resource.refresh_on_demand === true,
    params: paramsOf(resource),
    row: z.toJSONSchema(resource.row, { io: "input" }),
  };
}

/** As they are written in a URL, with their meaning and the limits of a number. */
function paramsOf(resource: Resource): object {
  const { properties = {}, ...schema } = z.toJSONSchema(resource.params, { io: "input" });
  const described = Object.entries(properties).map(([name, written]) => {
    const limits = limitsOf(resource.params.shape[name] ?? z.unknown());
    return [name, { ...Object(written), description: meaningOf(resource, name), ...limits }];
  });
  return { ...schema, properties: Object.fromEntries(described) };
}

/** A number is text in a URL, so its limits are in what the text is parsed to. */
function limitsOf(param: z.core.$ZodType): { readonly minimum?: number; readonly maximum?: number } {
  const { type, minimum, maximum } = z.toJSONSchema(param, { io: "output", unrepresentable: "any" });
  if (type !== "integer" || minimum === undefined || maximum === undefined) return {};
  return { minimum, maximum };
}
