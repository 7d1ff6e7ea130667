import { AppError } from "../../kernel/app_error.ts";
import type { Caller } from "../../access/caller.ts";
import type { Standing } from "../../limits/rate_allowance.ts";
import type { Limited } from "../../limits/rate_limits.ts";
import { type MaybePromise, thenMaybe } from "../../kernel/maybe_promise.ts";
import type { CallerApi } from "../api.ts";
import { clientAddress } from "./client_address.ts";
import type { Exchange } from "./exchange.ts";

/** Counts a caller's request. @throws AppError RATE_LIMITED when it exceeds the limit. */
export function countRequest(api: CallerApi, exchange: Exchange, caller: Caller): MaybePromise<void> {
  return spend(api, exchange, { kind: caller.kind, account: accountOf(api, exchange, caller) });
}

/** Counts a request whose credential is not verified yet. @throws AppError RATE_LIMITED. */
export function countUnverified(api: CallerApi, exchange: Exchange): MaybePromise<void> {
  return spend(api, exchange, { kind: "unverified", account: addressOf(api, exchange) });
}

/** Undoes the count for a credential that was valid, or that could not be checked. */
export function uncountUnverified(api: CallerApi, exchange: Exchange): void {
  api.limiter.giveBack("unverified", addressOf(api, exchange));
  exchange.standing = null;
}

/** The limit, by draft-ietf-httpapi-ratelimit-headers. */
export function announcePolicy(headers: Headers, { name, limit }: Standing): void {
  headers.set("ratelimit-policy", `"${name}";q=${limit.requests};w=${limit.seconds}`);
}

/** What is left of the limit. */
export function announceStanding(headers: Headers, { name, remaining, reset_seconds }: Standing): void {
  headers.set("ratelimit", `"${name}";r=${remaining};t=${reset_seconds}`);
}

/** Whether the caller has used more than half of the limit. */
export function isHalfSpent({ limit, remaining }: Standing): boolean {
  return remaining * 2 < limit.requests;
}

function spend(
  api: CallerApi,
  exchange: Exchange,
  { kind, account }: { readonly kind: Limited; readonly account: string },
): MaybePromise<void> {
  return thenMaybe(api.limiter.spend(kind, account, exchange.emit), (standing) => {
    if (standing !== null) enforceLimit(exchange, standing);
  });
}

function enforceLimit(exchange: Exchange, standing: Standing): void {
  exchange.standing = standing;
  if (standing.is_admitted) return;
  const { name, limit, reset_seconds } = standing;
  const requests_of = name === "unverified" ? "requests without a valid credential from one address" : "requests";
  throw new AppError("RATE_LIMITED", {
    detail:
      `More than ${limit.requests} ${requests_of} in ${limit.seconds} seconds; try again after the time in Retry-After`,
    retry_after_seconds: reset_seconds,
  });
}

/** A key is not a person: all visitors of a site share one, so each of their addresses is counted separately. */
function accountOf(api: CallerApi, exchange: Exchange, caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return caller.subject;
    case "key":
      return `${caller.key_name} ${addressOf(api, exchange)}`;
    case "service":
      return "";
  }
}

function addressOf(api: CallerApi, { request }: Exchange): string {
  return clientAddress(request.headers, api.client_address_header);
}
