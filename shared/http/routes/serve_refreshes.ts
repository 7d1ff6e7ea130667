import { z } from "zod";
import { AppError, invalidQuery } from "../../kernel/app_error.ts";
import type { Caller } from "../../access/caller.ts";
import type { RefreshRequest } from "../../read/refresh_request.ts";
import { scrubMessage } from "../../kernel/scrub/message.ts";
import type { Api } from "../api.ts";
import { optionalJsonBody } from "../request/json_body.ts";
import { checkedBody } from "../request/checked_body.ts";
import { parseParams, refuseParameters } from "../request/query_params.ts";
import type { Route } from "./route.ts";
import { actingOf, MOST_BODY_BYTES, nameBefore, whyBody } from "./serve_actions.ts";
import { opsAnswer, requireOperator } from "./serve_ops.ts";

const name = () =>
  z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, {
    error: "must be a name in lower-case letters, digits and underscores",
  });

export const refreshParams = z.strictObject({ view: name().optional(), pack: name().optional() });

const ID = /^[1-9]\d{0,14}$/;

/** POST /ops/refresh?view= or ?pack=: queues a refresh and returns where to look up its state. */
export function takeRefresh(api: Api): Route {
  return async (exchange) => {
    exchange.resource = "ops/refresh";
    const { view, pack } = parseParams(refreshParams, exchange.parameters);
    const caller = await requireOperator(api, exchange);
    const target = targetOf(view, pack);
    exchange.begin("ask");
    const by = actingOf(caller, exchange, null);
    const request = await api.refreshes.request({ ...target, asked_by: askerOf(caller) }, by);
    if (request === null) throw unknown(target);
    exchange.outcome = request.state.toUpperCase();
    // Relative to this path, so that it is right behind any gateway.
    return opsAnswer(shown(request), { status: 202, headers: { location: `refreshes/${request.id}` } });
  };
}

/** POST /ops/views/<name>/refresh: the same for the view of the path, with a reason for the record. */
export function takeViewRefresh(api: Api): Route {
  return async (exchange) => {
    exchange.resource = "ops/refresh";
    refuseParameters(exchange.parameters);
    const caller = await requireOperator(api, exchange);
    const view = nameBefore(exchange);
    const { reason = null } = checkedBody(
      whyBody,
      await optionalJsonBody(exchange.request, MOST_BODY_BYTES) ?? {},
      "a refresh",
    );
    exchange.begin("ask");
    const by = actingOf(caller, exchange, reason);
    // A name in another form is no view's, and is not asked for.
    const request = name().safeParse(view).success
      ? await api.refreshes.request({ view, asked_by: askerOf(caller) }, by)
      : null;
    if (request === null) {
      throw new AppError("NOT_FOUND", { detail: "There is no such view; /analytics/ops/views lists them" });
    }
    exchange.outcome = request.state.toUpperCase();
    return opsAnswer(shown(request), { status: 202, headers: { location: `../../refreshes/${request.id}` } });
  };
}

function askerOf({ kind }: Caller): "service" | "admin" {
  return kind === "service" ? "service" : "admin";
}

/** GET /ops/refreshes/<id>: the state of the request and of each view. */
export function serveRefresh(api: Api): Route {
  return async (exchange) => {
    exchange.resource = "ops/refreshes";
    refuseParameters(exchange.parameters);
    await requireOperator(api, exchange);
    const id = exchange.path.slice(exchange.path.lastIndexOf("/") + 1);
    exchange.begin("read");
    const request = ID.test(id) ? await api.refreshes.look(Number(id)) : null;
    if (request === null) {
      throw new AppError("NOT_FOUND", {
        detail: "No refresh was asked for under this id, or it finished more than thirty days ago; the answer to " +
          "POST /analytics/ops/refresh has the id",
      });
    }
    return opsAnswer(shown(request));
  };
}

type Target = { readonly view: string } | { readonly pack: string };

function targetOf(view: string | undefined, pack: string | undefined): Target {
  if (view !== undefined && pack === undefined) return { view };
  if (pack !== undefined && view === undefined) return { pack };
  const reason = "is needed, and only one of the two: a refresh is for one view, or for all views of one pack";
  throw invalidQuery({ field: "view or pack", reason });
}

function unknown(target: Target): AppError {
  const what = "view" in target ? `view "${target.view}"` : `pack "${target.pack}"`;
  return new AppError("NOT_FOUND", {
    detail:
      `No ${what} is registered; /analytics/catalog names the view of each resource, and a resource's path begins with its pack`,
  });
}

function shown({ views, ...request }: RefreshRequest): unknown {
  const scrubbed = views.map(({ message, ...view }) => ({
    ...view,
    message: message === null ? null : scrubMessage(message, { names: [view.view] }),
  }));
  return { data: { ...request, views: scrubbed }, meta: { resource: "ops/refreshes" } };
}
