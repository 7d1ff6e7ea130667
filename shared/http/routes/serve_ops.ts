import { z } from "zod";
import { AppError } from "../../kernel/app_error.ts";
import { type Caller, readsEverything } from "../../access/caller.ts";
import type { Operations, Page } from "../../ops/lists.ts";
import { parameter } from "../../resource/parameter.ts";
import { isStorable } from "../../kernel/storable.ts";
import { VARY } from "../response/answer.ts";
import type { Api } from "../api.ts";
import { requireCaller } from "../request/credentials.ts";
import type { Exchange } from "../request/exchange.ts";
import { parseParams } from "../request/query_params.ts";
import type { Route } from "./route.ts";

/** One list that operators page through. */
export interface Listing<Schema extends z.ZodObject, Row, Totals = undefined> {
  readonly name: string;
  readonly params: Schema;
  read(operations: Operations, asked: z.output<Schema>): Promise<Page<Row> & { readonly totals?: Totals }>;
  /** The row to serve, already scrubbed. */
  show(row: Row, api: Api): unknown;
  /** The next page's cursor to serve; by default the database's own. */
  place?(cursor: string, api: Api): string;
}

/** The parts of which the parameters of listings are made. */
export const asked = {
  name: () =>
    z.string().min(1, { error: "must not be empty" }).max(200, { error: "must be at most 200 characters" })
      .refine(isStorable, { error: "must not hold a NUL" }),
  word: () => z.string().regex(/^[a-z][a-z_]{0,62}$/, { error: "must be lower-case letters and underscores" }),
  number: () => z.string().regex(/^[1-9]\d{0,14}$/, { error: "must be the next_cursor of the page before" }),
  limit: () => parameter.wholeNumber({ from: 1, to: 200, otherwise: 50 }),
};

/** GET /ops/<listing>: for administrators and the secret key. Never stored: an hour-old incident list misleads. */
export function serveOps<Schema extends z.ZodObject, Row, Totals>(
  api: Api,
  listing: Listing<Schema, Row, Totals>,
): Route {
  return async (exchange) => {
    exchange.resource = `ops/${listing.name}`;
    const params = parseParams(listing.params, exchange.parameters);
    await requireOperator(api, exchange);
    exchange.begin("read");
    const { rows, next_cursor, totals } = await listing.read(api.operations, params);
    const data = rows.map((row) => listing.show(row, api));
    const place = next_cursor === null ? null : listing.place?.(next_cursor, api) ?? next_cursor;
    const meta = { resource: exchange.resource, row_count: data.length, next_cursor: place, ...totals };
    return opsAnswer({ data, meta });
  };
}

/** An administrator or the secret key. @throws AppError FORBIDDEN, and everything that requireCaller throws. */
export async function requireOperator(api: Api, exchange: Exchange): Promise<Caller> {
  const caller = await requireCaller(api, exchange);
  if (readsEverything(caller)) return caller;
  throw new AppError("FORBIDDEN", {
    detail: `This credential may not use ${exchange.resource}; it takes an administrator's token or the secret key`,
  });
}

export function opsAnswer(body: unknown, { status = 200, headers = {} }: ResponseInit = {}): Response {
  const kept = { "content-type": "application/json", "cache-control": "no-store", vary: VARY };
  return new Response(JSON.stringify(body), { status, headers: { ...kept, ...headers } });
}
