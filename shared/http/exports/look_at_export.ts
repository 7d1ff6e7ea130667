import { z } from "zod";
import { AppError } from "../../kernel/app_error.ts";
import type { ExportJob, Owner } from "../../export/job.ts";
import { requireCaller } from "../request/credentials.ts";
import type { Exchange } from "../request/exchange.ts";
import { parseParams, refuseParameters } from "../request/query_params.ts";
import type { Route } from "../routes/route.ts";
import type { ExportApi } from "./api.ts";
import { exportAnswer } from "./export_answer.ts";
import { LONGEST_LINK_SECONDS } from "./order_body.ts";
import { ownerOf } from "./take_export.ts";

const ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

const SECONDS = `must be a whole number of seconds from 1 to ${LONGEST_LINK_SECONDS}`;

const lookParams = z.strictObject({
  link_seconds: z.string().regex(/^[1-9]\d{0,4}$/, { error: SECONDS }).transform(Number)
    .refine((seconds) => seconds <= LONGEST_LINK_SECONDS, { error: SECONDS }).optional(),
});

/** GET /export/<id>: its state, and a link where it is done. */
export function showExport(api: ExportApi): Route {
  return async (exchange) => {
    const { link_seconds } = parseParams(lookParams, exchange.parameters);
    const job = await found(api, exchange, (id, owner) => api.exports.show(id, owner));
    return await exportAnswer(api, job, link_seconds === undefined ? {} : { link_seconds });
  };
}

/** DELETE /export/<id>: cancels it, or removes its file. */
export function cancelExport(api: ExportApi): Route {
  return async (exchange) => {
    refuseParameters(exchange.parameters);
    const job = await found(api, exchange, (id, owner) => api.exports.cancel(id, owner));
    return await exportAnswer(api, job);
  };
}

async function found(
  api: ExportApi,
  exchange: Exchange,
  ask: (id: string, owner: Owner) => Promise<ExportJob | null>,
): Promise<ExportJob> {
  exchange.resource = "export";
  const owner = ownerOf(await requireCaller(api, exchange));
  const id = exchange.path.slice(exchange.path.lastIndexOf("/") + 1);
  exchange.begin("export");
  const job = ID.test(id) ? await ask(id, owner) : null;
  if (job !== null) return job;
  throw new AppError("NOT_FOUND", {
    detail: "You have no export with this id, or it ended more than a week ago; POST /export answers with the id",
  });
}
