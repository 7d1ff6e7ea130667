import type { FreshetOptions, ResourceName } from "./client.ts";
import { type ExportFailureCode, FreshetError } from "./failure.ts";
import { pause, sendPatiently } from "./patience.ts";
import { failureOf, type Reply, wholeNumberOf } from "./reply.ts";
import type { Resources } from "./resources.ts";
import { transportOf } from "./transport.ts";

/** The parameters of a resource without those that choose a part of the answer: an export holds all rows. */
export type ExportFilters<Name extends ResourceName> = Resources[Name]["filters"];

export interface ExportOptions {
  /** csv when left out. */
  readonly format?: "csv" | "ndjson" | undefined;
  /** The file is compressed; it is not when left out. */
  readonly compression?: "gzip" | undefined;
  /** Of a CSV file: begins with a byte order mark, from which Excel knows that it is UTF-8. */
  readonly bom?: boolean | undefined;
  /** How long the link is valid: 1 to 86,400, 300 when left out. */
  readonly link_seconds?: number | undefined;
  /** Its abort cancels the export. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each state of an export that is not made yet. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined;
}

export interface ExportProgress {
  readonly export_id: string;
  readonly state: "queued" | "running";
  /** 0 to 99 of the rows; null while their number is not known. */
  readonly percent: number | null;
  /** Null while it is not known. */
  readonly row_count: number | null;
}

/** A file that is ready. */
export interface ExportedFile {
  readonly export_id: string;
  /** Downloads the file without a credential: anyone who has the link can use it. */
  readonly url: string;
  /** When the link ends: an ISO timestamp with Z. */
  readonly expires_at: string;
  /** When the file is removed: an ISO timestamp with Z. */
  readonly file_expires_at: string;
  readonly format: "csv" | "ndjson";
  readonly compression: "gzip" | null;
  readonly row_count: number;
  /** The size of the file as it is stored, so of the compressed one. */
  readonly byte_count: number;
  /** Rows that a minimum sample withheld; null for a resource without one. */
  readonly withheld_count: number | null;
  /** When the rows were computed: an ISO timestamp with Z. */
  readonly as_of: string | null;
}

/** Filters may be left out where none is required. */
export type OrderedExport<Filters> = Record<never, never> extends Filters
  ? [filters?: Filters | undefined, options?: ExportOptions | undefined]
  : [filters: Filters, options?: ExportOptions | undefined];

/**
 * Has all rows of a resource written into one file, and waits until it is ready.
 *
 * @throws FreshetError; the signal's reason when it aborts
 */
export type Exporter = <Name extends ResourceName>(
  resource: Name,
  ...order: OrderedExport<ExportFilters<Name>>
) => Promise<ExportedFile>;

/** An export as the API shows it. */
interface Shown extends Omit<ExportedFile, "url" | "expires_at" | "file_expires_at" | "row_count"> {
  readonly state: ExportProgress["state"] | "done" | "failed" | "cancelled" | "expired";
  readonly percent: number | null;
  readonly row_count: number | null;
  readonly expires_at: string;
  readonly error: { readonly code: ExportFailureCode; readonly detail: string } | null;
  readonly link: { readonly url: string; readonly expires_at: string } | null;
}

/** Seconds between two looks where the API names none. */
const PACE_SECONDS = 2;

/** The function that exports, by itself: for bundles that read no resource. */
export function createExporter(client: FreshetOptions): Exporter {
  const transport = transportOf(client);
  const { retries = 2, sleep = pause } = client;

  async function ask(method: "POST" | "GET" | "DELETE", path: string, body: object | null, signal: AbortSignal | null) {
    const request = { method, body, headers: { accept: "application/json" } };
    // An order that is on its way is not aborted: only its answer has the id with which it is cancelled.
    const send = () => transport(path, { ...request, signal: method === "POST" ? null : signal });
    const reply = await sendPatiently(send, client, signal);
    if (reply instanceof FreshetError) throw reply;
    return reply;
  }

  /** The next state. A long export outlives a moment without network. */
  async function look(path: string, signal: AbortSignal | null): Promise<Reply> {
    for (let left = retries;; left--) {
      try {
        return await ask("GET", path, null, signal);
      } catch (error) {
        if (left <= 0 || !(error instanceof FreshetError) || error.code !== "UNREACHABLE") throw error;
        await sleep(PACE_SECONDS * 1_000, signal);
      }
    }
  }

  async function cancel(ordered: Promise<Reply>): Promise<void> {
    const { export_id } = shownIn(await ordered);
    await ask("DELETE", `export/${export_id}`, null, null);
  }

  async function run(resource: string, filters: object = {}, options: ExportOptions = {}): Promise<ExportedFile> {
    const { format, compression, bom, link_seconds, signal = null, onProgress } = options;
    signal?.throwIfAborted();
    const body = { resource, filters, format, compression, bom, link_seconds };
    const ordered = ask("POST", "export", body, signal);
    // Nothing waits for it: an export that cannot be cancelled ends, and its file expires.
    const stop = () => void cancel(ordered).catch(() => {});
    signal?.addEventListener("abort", stop, { once: true });
    try {
      let reply = await orAborted(ordered, signal);
      let shown = shownIn(reply);
      const path = `export/${shown.export_id}${link_seconds === undefined ? "" : `?link_seconds=${link_seconds}`}`;
      while (shown.state === "queued" || shown.state === "running") {
        const { export_id, state, percent, row_count } = shown;
        onProgress?.({ export_id, state, percent, row_count });
        await sleep((wholeNumberOf(reply.headers.get("retry-after")) ?? PACE_SECONDS) * 1_000, signal);
        reply = await look(path, signal);
        shown = shownIn(reply);
      }
      return fileOf(shown, reply);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  return run as Exporter;
}

/** The answer, or the signal's reason as soon as it aborts. */
function orAborted(ordered: Promise<Reply>, signal: AbortSignal | null): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    ordered.then(resolve, reject).finally(() => signal?.removeEventListener("abort", stop));
  });
}

function shownIn(reply: Reply): Shown {
  const { data } = (reply.body ?? {}) as { readonly data?: Shown };
  if (typeof data !== "object" || !("export_id" in data)) throw failureOf(reply);
  return data;
}

function fileOf(shown: Shown, reply: Reply): ExportedFile {
  const { export_id, format, compression, row_count, byte_count, withheld_count, as_of, link } = shown;
  if (link === null || row_count === null) throw endOf(shown, reply);
  const about = { export_id, format, compression, row_count, byte_count, withheld_count, as_of };
  return { ...about, url: link.url, expires_at: link.expires_at, file_expires_at: shown.expires_at };
}

/** Why there is no file. */
function endOf({ state, error }: Shown, { status, headers }: Reply): FreshetError {
  const problem = error ??
    (state === "expired"
      ? { code: "EXPIRED" as const, detail: "The file has been removed: order it again" }
      : { code: "CANCELLED" as const, detail: "The export was cancelled: order it again" });
  const nothing = { errors: [], retry_after_seconds: null, staleness: null };
  return new FreshetError({ ...problem, status, ...nothing, request_id: headers.get("x-request-id") });
}
