import type { MaybePromise } from "../../kernel/maybe_promise.ts";
import type { Exchange } from "../request/exchange.ts";

/** Answers the requests of one path. */
export type Route = (exchange: Exchange) => MaybePromise<Response>;
