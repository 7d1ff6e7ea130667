import { z } from "zod";
import type { RefreshOperator } from "../read/refresh_request.ts";
import { utcTimestamp } from "../kernel/utc_timestamp.ts";

export const ACTIONS = ["mute", "unmute", "adopt", "refresh"] as const;

/** What an operator did. Names and reasons are unscrubbed, and are scrubbed before they are served. */
export const action = z.object({
  action_id: z.int(),
  acted_at: utcTimestamp,
  operator_kind: z.enum(["user", "secret_key"]),
  /** The user's id; null for the secret key. */
  operator_id: z.string().nullable(),
  action: z.enum(ACTIONS),
  /** The job, the view or the pack. */
  subject: z.string(),
  reason: z.string().nullable(),
  muted_until: utcTimestamp.nullable(),
  refresh_request_id: z.int().nullable(),
  request_id: z.string().nullable(),
});

export const actionPage = z.object({ rows: z.array(action), next_cursor: z.string().nullable() });

export type Action = z.output<typeof action>;

/** Who acts, why, and by which request: for the record. */
export type Acting = RefreshOperator;

/** What to do with a job. */
export type JobAction =
  & { readonly job: string }
  & ({ readonly action: "unmute" | "adopt" } | { readonly action: "mute"; readonly until: string });
