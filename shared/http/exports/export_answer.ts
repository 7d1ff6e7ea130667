import type { ExportJob } from "../../export/job.ts";
import { toUtc } from "../../kernel/utc_timestamp.ts";
import type { ExportApi } from "./api.ts";

/** What a caller reads of why there is no file. */
const REASONS: Readonly<Record<string, string>> = {
  FORBIDDEN: "This credential may not read these rows",
  NOT_READY: "The rows have not been computed yet: try again later",
  TOO_MANY_ROWS: "There are more than 5,000,000 rows: narrow the filters",
  TOO_SLOW: "Reading the rows took longer than two minutes: narrow the filters, or order it at a quieter time",
  FILE_TOO_LARGE: "The file is larger than the storage of this project takes: narrow the filters",
  RESOURCE_GONE: "There is no such resource any more",
  GAVE_UP: "It was tried five times without progress; the fault has been recorded",
};

const SHOWN_STATES = {
  queued: "queued",
  frozen: "running",
  rendered: "running",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  expired: "expired",
} as const;

/** The form of an export for its caller. Each answer makes a link of its own. */
export async function exportAnswer(
  { objects, reader }: Pick<ExportApi, "objects" | "reader">,
  job: ExportJob,
  { status = 200, link_seconds = job.link_seconds }: { readonly status?: number; readonly link_seconds?: number } = {},
): Promise<Response> {
  const now = reader.clock.now();
  const is_over = job.expires_at !== null && Date.parse(job.expires_at) <= now;
  const state = job.status === "done" && is_over ? "expired" : SHOWN_STATES[job.status];
  // A link never outlives its object.
  const seconds = job.expires_at === null
    ? link_seconds
    : Math.max(1, Math.min(link_seconds, Math.floor((Date.parse(job.expires_at) - now) / 1_000)));
  const link = state !== "done" ? null : {
    url: await objects.link(job.object_name, seconds, fileName(job)),
    expires_at: new Date(now + seconds * 1_000).toISOString(),
  };
  const data = {
    export_id: job.export_id,
    resource: job.resource,
    filters: job.filters,
    format: job.format,
    compression: job.is_gzip ? "gzip" : null,
    state,
    percent: percentOf(job),
    row_count: job.row_count,
    byte_count: job.byte_count,
    withheld_count: job.withheld_count,
    version: job.state?.version ?? null,
    as_of: job.state?.refreshed_at ?? null,
    requested_at: toUtc(job.requested_at),
    finished_at: job.finished_at === null ? null : toUtc(job.finished_at),
    expires_at: job.expires_at === null ? null : toUtc(job.expires_at),
    error: job.error_code === null ? null : {
      code: job.error_code,
      detail: REASONS[job.error_code] ?? "The export could not be made; the fault has been recorded",
    },
    link,
  };
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  if (state === "queued" || state === "running") headers.set("retry-after", "2");
  if (status === 201 || status === 202) headers.set("location", `export/${job.export_id}`);
  return new Response(JSON.stringify({ data, meta: { resource: "export" } }), { status, headers });
}

/** By rows; 100 only where the file exists. */
function percentOf({ status, row_count, done_count }: ExportJob): number | null {
  if (status === "done" || status === "expired") return 100;
  if (row_count === null) return status === "queued" ? 0 : null;
  return Math.min(99, row_count === 0 ? 99 : Math.floor(done_count / row_count * 100));
}

/** Like pack-resource-2026-11-30.csv.gz. */
function fileName({ resource, requested_at, format, is_gzip }: ExportJob): string {
  const day = toUtc(requested_at).slice(0, 10);
  return `${resource.replaceAll("/", "-")}-${day}.${format}${is_gzip ? ".gz" : ""}`;
}
