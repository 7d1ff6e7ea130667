import { AppError } from "../core/app_error.ts";
import type { Caller } from "../core/caller.ts";
import type { Api } from "./api.ts";
import type { Exchange } from "./exchange.ts";

/** @throws AppError UNAUTHENTICATED when there is no credential, or one that does not hold. */
export async function requireCaller(api: Api, exchange: Exchange): Promise<Caller> {
  const caller = await identifyCaller(api, exchange);
  if (caller !== null) return caller;
  throw new AppError("UNAUTHENTICATED", {
    detail:
      "No credential was sent: put an API key into the apikey header, or a user's token into Authorization: Bearer",
  });
}

export function identifyCaller(api: Api, exchange: Exchange): Promise<Caller | null> {
  return exchange.timed("identity", () => api.identity.identify(exchange.request.headers));
}
