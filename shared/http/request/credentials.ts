import { AppError } from "../../kernel/app_error.ts";
import type { Caller } from "../../access/caller.ts";
import { type MaybePromise, thenMaybe } from "../../kernel/maybe_promise.ts";
import type { CallerApi } from "../api.ts";
import type { Exchange } from "./exchange.ts";
import { countRequest, countUnverified, uncountUnverified } from "./rate_limit.ts";

/**
 * Identifies the caller and counts the request.
 *
 * @throws AppError UNAUTHENTICATED without a credential, or with an invalid one; RATE_LIMITED.
 */
export function requireCaller(api: CallerApi, exchange: Exchange): MaybePromise<Caller> {
  return thenMaybe<Caller | null, Caller>(
    identifyCaller(api, exchange),
    (caller) =>
      caller === null ? refuseAnonymous(api, exchange) : thenMaybe(countRequest(api, exchange, caller), () => caller),
  );
}

async function refuseAnonymous(api: CallerApi, exchange: Exchange): Promise<never> {
  await countUnverified(api, exchange);
  throw new AppError("UNAUTHENTICATED", {
    detail:
      "No credential was sent: put an API key into the apikey header, or a user's token into Authorization: Bearer",
  });
}

/** Null without a credential. @throws AppError UNAUTHENTICATED or RATE_LIMITED. */
export function identifyCaller(api: CallerApi, exchange: Exchange): MaybePromise<Caller | null> {
  return api.identity.remembered(exchange.request.headers) ?? verifyCaller(api, exchange);
}

/** Verifying costs more than the rest of a cache hit, so an address that sends invalid credentials is limited. */
async function verifyCaller(api: CallerApi, exchange: Exchange): Promise<Caller | null> {
  const { headers } = exchange.request;
  exchange.begin("identity");
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
