import { deflatePart } from "../../../shared/adapters/runtime/deflate.ts";
import type { Claimed, ExportFormat, ExportJob } from "../../../shared/export/job.ts";
import type { Chunk, Exports, FrozenRows, ObjectStorage } from "../../../shared/export/ports.ts";
import { workOn } from "../../../shared/export/step.ts";
import { sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import type { Bytes } from "../../../shared/read/entry.ts";
import type { Renderers } from "../../../shared/read/renderer.ts";
import { column, defineResource } from "../../../shared/resource/resource.ts";
import { FakeClock } from "../fakes/clock.ts";

const resource = defineResource({
  pack: "test",
  name: "days",
  view: "days",
  summary: "Days",
  params: {},
  filters: [],
  columns: { day: column.count(), note: column.text() },
  access: { scope: "public" },
  order: [{ column: "day", direction: "asc" }],
  limit: 10,
  shown: "as_ordered",
  minimum_sample: null,
  max_age_seconds: 60,
  formats: ["json", "csv"],
});

export const PAGE_ROWS = 4_000;
const UPLOAD_URL = "https://project.example/storage/v1/upload/resumable/1";

export interface FrozenExportOptions {
  readonly page_count: number;
  /** So long one page takes to render. */
  readonly render_ms?: number;
  /** So long the database takes to give a page. */
  readonly database_ms?: number;
  /** The text of a row. */
  readonly note?: (day: number) => string;
  readonly rows_of_page?: number;
  readonly format?: ExportFormat;
  readonly is_gzip?: boolean;
  /** The project's limit of a file. */
  readonly most_bytes?: number;
}

export interface FrozenExport {
  readonly stored: readonly Chunk[];
  releases(): number;
  /** The object, once it is there. */
  file(): Bytes | null;
  /** One call of the function; with `lost`, the answer of the next such call of the storage or the database is lost. */
  work(lost?: "store" | "append" | "put" | "finish"): Promise<ExportJob>;
}

/** A frozen export of so many pages in memory, and what calls of the function do with it. */
export function frozenExport(options: FrozenExportOptions): FrozenExport {
  const { page_count, render_ms = 0, database_ms = 0, note = () => "", rows_of_page = PAGE_ROWS } = options;
  const { format = "csv", most_bytes = Infinity } = options;
  const clock = new FakeClock();
  const stored: Chunk[] = [];
  let is_gzip = options.is_gzip ?? false;
  let upload: { readonly byte_count: number; parts: Bytes[] } | null = null;
  let upload_url: string | null = null;
  let object: Bytes | null = null;
  let is_done = false;
  let releases = 0;
  let lost: string | undefined;
  const row_count = page_count * rows_of_page;

  const job = (): ExportJob => ({
    export_id: "00000000-0000-4000-8000-000000000001",
    resource: "test/days",
    filters: {},
    format,
    is_gzip,
    has_bom: false,
    link_seconds: 300,
    status: is_done ? "done" : stored.length === page_count ? "rendered" : "frozen",
    row_count,
    done_count: stored.length * rows_of_page,
    byte_count: null,
    withheld_count: null,
    state: null,
    object_name: "service/file",
    error_code: null,
    requested_at: "2026-11-30T08:00:00Z",
    finished_at: null,
    expires_at: null,
  });
  const unused = () => Promise.reject(new Error("not a step of this test"));
  const answered = <Value>(call: string, value: Value): Promise<Value> => {
    if (lost !== call) return Promise.resolve(value);
    lost = undefined;
    return Promise.reject(sourceUnavailable(`the answer of ${call} was lost`));
  };
  const exports: Exports = {
    ...{ start: unused, show: unused, cancel: unused, claim: unused, freeze: unused, removable: unused },
    ...{ forgetObject: unused, drive: unused },
    rows(): Promise<FrozenRows> {
      clock.advance(database_ms);
      const first = stored.length * rows_of_page;
      const page = Array.from(
        { length: rows_of_page },
        (_, place) => ({ day: first + place, note: note(first + place) }),
      );
      return Promise.resolve({ last_page: stored.length, pages: [page] });
    },
    store(_, chunk) {
      stored.push(chunk);
      return answered("store", job());
    },
    chunk: (_, place) => Promise.resolve(stored[place]?.bytes ?? new Uint8Array()),
    noteUpload(_, noted) {
      upload_url = noted.upload_url;
      is_gzip = noted.is_gzip;
      return Promise.resolve();
    },
    finish() {
      is_done = true;
      return answered("finish", job());
    },
    release() {
      releases += 1;
      return Promise.resolve();
    },
  };
  const objects: ObjectStorage = {
    ...{ link: unused, remove: unused, endUpload: unused },
    put(_, bytes) {
      if (object !== null) return Promise.resolve("exists");
      if (bytes.byteLength > most_bytes) return Promise.resolve("too_large");
      object = bytes.slice();
      return answered("put", "stored" as const);
    },
    begin(_, byte_count) {
      if (byte_count > most_bytes) return Promise.resolve("too_large");
      upload = { byte_count, parts: [] };
      return Promise.resolve({ upload_url: UPLOAD_URL });
    },
    offset: () => Promise.resolve(upload === null ? null : joined(upload.parts).byteLength),
    append(_, offset, bytes) {
      const { byte_count = 0, parts = [] } = upload ?? {};
      parts.push(bytes.slice());
      const end = offset + bytes.byteLength;
      if (end === byte_count) object = joined(parts);
      return answered("append", end);
    },
  };
  const renderers: Renderers = {
    json: () => "",
    csv({ rows }) {
      clock.advance(render_ms);
      return `day,note\r\n${rows.map(({ day, note }) => `${day},${note}\r\n`).join("")}`;
    },
  };

  return {
    stored,
    releases: () => releases,
    file: () => object,
    work(answer) {
      lost = answer;
      const claim: Claimed = {
        export: job(),
        lease_token: "00000000-0000-4000-8000-000000000002",
        upload_url,
        scope: null,
        scope_values: null,
        chunks: stored.map(({ bytes, plain_byte_count, crc32 }) => ({
          plain_byte_count,
          byte_count: bytes.byteLength,
          crc32,
        })),
      };
      const resourceOf = () => Promise.resolve(resource);
      return workOn({ exports, objects, renderers, deflate: deflatePart, clock, resourceOf }, claim);
    },
  };
}

function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.byteLength;
  }
  return whole;
}
