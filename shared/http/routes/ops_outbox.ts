import { z } from "zod";
import type { Alert, OutboxTotals } from "../../ops/outbox.ts";
import { scrubMessage, scrubName } from "../../kernel/scrub/message.ts";
import { asked, type Listing } from "./serve_ops.ts";

const params = z.strictObject({
  state: z.enum(["undelivered", "delivered"], { error: "must be undelivered or delivered" }).optional(),
  cursor: z.string().regex(/^[1-9]\d{0,14}-(?:opened|recovered)$/, {
    error: "must be the next_cursor of the page before",
  }).optional(),
  limit: asked.limit(),
});

/** GET /ops/outbox: newest incident first, and how much waits. */
export const outbox: Listing<typeof params, Alert, OutboxTotals> = {
  name: "outbox",
  params,
  read: (operations, asked) => operations.outbox(asked),
  show: ({ subject, last_error, resolve_error, ...alert }) => ({
    ...alert,
    subject: scrubName(subject),
    last_error: last_error === null ? null : scrubMessage(last_error),
    resolve_error: resolve_error === null ? null : scrubMessage(resolve_error),
  }),
};
