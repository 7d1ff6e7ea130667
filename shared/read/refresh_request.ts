import { z } from "zod";
import { utcTimestamp } from "../kernel/utc_timestamp.ts";

const state = z.enum(["queued", "running", "finished"]);
const moment = utcTimestamp.nullable();

const refreshedView = z.object({
  view: z.string(),
  state,
  outcome: z.enum(["refreshed", "skipped_clean", "skipped_busy", "failed"]).nullable(),
  refresh_id: z.int().nullable(),
  /** Of a view that is refreshed by group: groups that changes had touched; null where everything may have changed. */
  group_count: z.int().nullable(),
  /** Of a view that is refreshed by group: rows inserted, changed or deleted. */
  changed_count: z.int().nullable(),
  /** Those of changed_count that no logged change explains; null where only groups were computed. */
  unexplained_count: z.int().nullable(),
  sqlstate: z.string().nullable(),
  message: z.string().nullable(),
  attempt_count: z.int(),
  started_at: moment,
  finished_at: moment,
});

/** The state of a request, as the database reports it; messages are scrubbed before they are served. */
export const refreshRequest = z.object({
  id: z.int(),
  state,
  view: z.string().nullable(),
  pack: z.string().nullable(),
  requested_by: z.string(),
  requested_at: utcTimestamp,
  finished_at: moment,
  views: z.array(refreshedView),
});

export type RefreshRequest = z.output<typeof refreshRequest>;

/** What to refresh, and for which kind of caller: only the secret key may ask without a limit. */
export type RefreshAsked =
  & { readonly asked_by: "admin" | "reader" | "service" }
  & ({ readonly view: string } | { readonly pack: string });

/** The operator who asks for a refresh. */
export interface RefreshOperator {
  /** The administrator's id, verified; null: the secret key. */
  readonly operator_id: string | null;
  readonly reason: string | null;
  readonly request_id: string;
}
