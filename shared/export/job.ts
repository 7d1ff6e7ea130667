import { z } from "zod";
import type { Row } from "../read/row_check.ts";
import type { PersonReading, SourceRequest } from "../read/source.ts";
import { anyViewState } from "../read/view_state.ts";

export const EXPORT_FORMATS = ["csv", "ndjson"] as const;
export type ExportFormat = typeof EXPORT_FORMATS[number];

/** Who an export belongs to. */
export type Owner =
  | { readonly kind: "user"; readonly subject: string; readonly org_id: string | null }
  | { readonly kind: "secret_key" };

/** What a caller asked for, checked. */
export interface ExportOrder {
  readonly caller: Owner;
  readonly resource: string;
  readonly filters: Row;
  readonly view: string;
  /** The request of a read, without a limit. */
  readonly request: Omit<SourceRequest, "limit">;
  /** Given if the rows are another person's. */
  readonly reading: PersonReading | null;
  readonly format: ExportFormat;
  readonly is_gzip: boolean;
  readonly has_bom: boolean;
  readonly link_seconds: number;
}

/** queued, frozen and rendered are steps of the work; the others are ends. */
const STATUSES = ["queued", "frozen", "rendered", "done", "failed", "cancelled", "expired"] as const;

/** An export as the database shows it: see analytics.export_jobs. */
export const exportJob = z.object({
  export_id: z.uuid(),
  resource: z.string(),
  filters: z.record(z.string(), z.unknown()),
  format: z.enum(EXPORT_FORMATS),
  is_gzip: z.boolean(),
  has_bom: z.boolean(),
  link_seconds: z.int(),
  status: z.enum(STATUSES),
  row_count: z.int().nullable(),
  done_count: z.int(),
  byte_count: z.int().nullable(),
  withheld_count: z.int().nullable(),
  state: anyViewState.nullable(),
  object_name: z.string(),
  error_code: z.string().nullable(),
  requested_at: z.string(),
  finished_at: z.string().nullable(),
  expires_at: z.string().nullable(),
});

export type ExportJob = z.output<typeof exportJob>;

export const started = z.object({
  export: exportJob.nullable(),
  is_new: z.boolean(),
  refused_by: z.enum(["caller", "organisation"]).nullable(),
});

export type Started = z.output<typeof started>;

const restriction = z.object({
  column: z.string(),
  value: z.string(),
  relation: z.string().nullable(),
  org: z.object({ column: z.string(), value: z.string() }).nullable(),
});

/** An export that this call may work on, and where its work stands. */
export const claimed = z.object({
  export: exportJob,
  lease_token: z.uuid(),
  upload_url: z.string().nullable(),
  scope: restriction.nullable(),
  scope_values: z.array(z.string()).nullable(),
  /** See analytics.export_chunks. */
  chunks: z.array(z.object({ plain_byte_count: z.int(), byte_count: z.int(), crc32: z.int() })),
});

export type Claimed = z.output<typeof claimed>;

/** Whether nothing more will be done for it. */
export function hasEnded({ status }: ExportJob): boolean {
  return status !== "queued" && status !== "frozen" && status !== "rendered";
}
