import { z } from "zod";
import type { Job } from "../../ops/lists.ts";
import { scrubMessage, scrubName } from "../../kernel/scrub/message.ts";
import { asked, type Listing } from "./serve_ops.ts";

const params = z.strictObject({
  job: asked.name().optional(),
  cursor: asked.name().optional(),
  limit: asked.limit(),
});

/** GET /ops/jobs: by name, the declared jobs beside the scheduled ones. */
export const jobs: Listing<typeof params, Job> = {
  name: "jobs",
  params,
  read: (operations, asked) => operations.jobs(asked),
  show({ last_run, mute: written, ...row }) {
    const mute = written === null
      ? null
      : { ...written, reason: written.reason === null ? null : scrubName(written.reason) };
    const job = {
      ...row,
      mute,
      job: scrubName(row.job),
      owner: scrubName(row.owner),
      schedule: scrubName(row.schedule),
    };
    if (last_run === null) return { ...job, last_run };
    const message = last_run.message === null ? null : scrubMessage(last_run.message, { names: [row.job, row.view] });
    return { ...job, last_run: { ...last_run, message } };
  },
  // A name that holds a secret must not appear in a cursor: the database finds the job by the hash.
  place: (job, { reader }) => scrubName(job) === job ? job : `sha256:${reader.hash(job)}`,
};
