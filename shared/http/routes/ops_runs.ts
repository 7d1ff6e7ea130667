import { z } from "zod";
import type { Run } from "../../ops/lists.ts";
import { scrubMessage, scrubName } from "../../kernel/scrub/message.ts";
import { asked, type Listing } from "./serve_ops.ts";

const STATUSES = ["starting", "connecting", "sending", "running", "succeeded", "failed"] as const;

const params = z.strictObject({
  job: asked.name().optional(),
  status: z.enum(STATUSES, { error: `must be one of ${STATUSES.join(", ")}` }).optional(),
  cursor: asked.number().optional(),
  limit: asked.limit(),
});

/** GET /ops/runs: pg_cron's history, newest first. A short page with a cursor has more below it. */
export const runs: Listing<typeof params, Run> = {
  name: "runs",
  params,
  read: (operations, asked) => operations.runs(asked),
  show: ({ job, message, ...run }) => ({
    ...run,
    job: scrubName(job),
    message: message === null ? null : scrubMessage(message, { names: [job] }),
  }),
};
