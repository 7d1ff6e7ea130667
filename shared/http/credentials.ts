import { AppError } from "../core/app_error.ts";
import type { Caller } from "../core/caller.ts";
import type { Api } from "./api.ts";
import type { Exchange } from "./exchange.ts";
import { countRequest, countUnverified, uncountUnverified } from "./rate_limit.ts";

/**
 * Who asks, and one request more on their account.
 *
 * @throws AppError UNAUTHENTICATED when there is no credential, or one that does not hold; RATE_LIMITED.
 */
export function requireCaller(api: Api, exchange: Exchange): Promise<Caller> | Caller {
  const caller = identifyCaller(api, exchange);
  return caller instanceof Promise
    ? caller.then((found) => found === null ? refuseNobody(api, exchange) : countedCaller(api, exchange, found))
    : countedCaller(api, exchange, caller);
}

/** At once where nothing has to be waited for: a hit in memory is over before a promise would be kept. */
function countedCaller(api: Api, exchange: Exchange, caller: Caller): Promise<Caller> | Caller {
  const counted = countRequest(api, exchange, caller);
  return counted instanceof Promise ? counted.then(() => caller) : caller;
}

async function refuseNobody(api: Api, exchange: Exchange): Promise<never> {
  await countUnverified(api, exchange);
  throw new AppError("UNAUTHENTICATED", {
    detail:
      "No credential was sent: put an API key into the apikey header, or a user's token into Authorization: Bearer",
  });
}

/** Null without a credential. @throws AppError UNAUTHENTICATED or RATE_LIMITED. */
export function identifyCaller(api: Api, exchange: Exchange): Promise<Caller | null> | Caller {
  exchange.begin("identity");
  return api.identity.remembered(exchange.request.headers) ?? verifyCaller(api, exchange);
}

/** Verifying costs more than all the rest of a cache hit, so who sends credentials that do not hold must wait. */
async function verifyCaller(api: Api, exchange: Exchange): Promise<Caller | null> {
  const { headers } = exchange.request;
  if (!headers.has("authorization") && !headers.has("apikey")) return null;
  await countUnverified(api, exchange);
  try {
    const caller = await api.identity.identify(headers);
    uncountUnverified(api, exchange);
    return caller;
  } catch (error) {
    if (!(error instanceof AppError && error.code === "UNAUTHENTICATED")) uncountUnverified(api, exchange);
    throw error;
  }
}
