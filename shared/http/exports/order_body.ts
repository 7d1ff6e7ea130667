import { z } from "zod";
import { invalidQuery } from "../../kernel/app_error.ts";
import { EXPORT_FORMATS } from "../../export/job.ts";
import { checkedBody } from "../request/checked_body.ts";

/** The longest body: a resource's parameters take a tenth of it. */
export const MOST_BODY_BYTES = 16_384;

export const LONGEST_LINK_SECONDS = 86_400;

/** A parameter as a query would spell it. */
const parameter = z.union([z.string(), z.number(), z.boolean()], { error: "must be a text, a number, true or false" });

/** Body of POST /export. */
export const orderBody = z.strictObject({
  resource: z.string({ error: "must be the name of a resource, like pack/resource" }).max(200),
  filters: z.record(z.string(), parameter, { error: "must be an object of the resource's parameters" }).default({}),
  format: z.enum(EXPORT_FORMATS, { error: `must be ${EXPORT_FORMATS.join(" or ")}` }).default("csv"),
  compression: z.literal("gzip", { error: "must be gzip, or left out" }).optional(),
  bom: z.boolean({ error: "must be true or false" }).default(false),
  link_seconds: z.int({ error: "must be a whole number of seconds" })
    .min(1, { error: "must be at least 1" })
    .max(LONGEST_LINK_SECONDS, { error: `must be at most ${LONGEST_LINK_SECONDS}, which is a day` })
    .default(300),
});

export type OrderBody = z.output<typeof orderBody>;

/** @throws AppError BAD_REQUEST with every faulty field */
export function checkedOrder(body: unknown): OrderBody {
  const order = checkedBody(orderBody, body, "an export");
  if (order.bom && order.format !== "csv") throw invalidQuery({ field: "bom", reason: "is for csv only" });
  return order;
}
