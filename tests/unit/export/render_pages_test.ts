// One call of an export renders as many pages as its time allows, and does all steps of what is small.
import { deepEqual, equal, ok } from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import type { Claimed, ExportJob } from "../../../shared/export/job.ts";
import type { Chunk, Exports, FrozenRows, ObjectStorage } from "../../../shared/export/ports.ts";
import { workOn } from "../../../shared/export/step.ts";
import type { Renderers } from "../../../shared/read/renderer.ts";
import { column, defineResource } from "../../../shared/resource/resource.ts";
import { FakeClock } from "../../support/fakes/clock.ts";

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

const PAGE_ROWS = 4_000;

interface Scene {
  readonly page_count: number;
  /** So long one page takes to render. */
  readonly render_ms: number;
  /** So long the database takes to give a page. */
  readonly database_ms?: number;
  readonly note?: string;
  readonly rows_of_page?: number;
}

function chunkSizes({ bytes, plain_byte_count }: Chunk) {
  return { plain_byte_count, byte_count: bytes.byteLength };
}

/** A frozen export of so many pages, and what a call does with it. */
function scene({ page_count, render_ms, database_ms = 0, note = "", rows_of_page = PAGE_ROWS }: Scene) {
  const clock = new FakeClock();
  const stored: Chunk[] = [];
  let objects = 0;
  let releases = 0;
  const row_count = page_count * rows_of_page;
  const job = (): ExportJob => ({
    export_id: "00000000-0000-4000-8000-000000000001",
    resource: "test/days",
    filters: {},
    format: "csv",
    is_gzip: false,
    has_bom: false,
    link_seconds: 300,
    status: objects > 0 ? "done" : stored.length === page_count ? "rendered" : "frozen",
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
  const exports: Exports = {
    ...{ start: unused, show: unused, cancel: unused, claim: unused, freeze: unused, removable: unused },
    ...{ forgetObject: unused, drive: unused, noteUpload: unused },
    rows(): Promise<FrozenRows> {
      clock.advance(database_ms);
      const first = stored.length * rows_of_page;
      const page = Array.from({ length: rows_of_page }, (_, place) => ({ day: first + place, note }));
      return Promise.resolve({ last_page: stored.length, pages: [page] });
    },
    store(_, chunk) {
      stored.push(chunk);
      return Promise.resolve(job());
    },
    chunk: (_, place) => Promise.resolve(stored[place]?.bytes ?? new Uint8Array()),
    finish() {
      objects += 1;
      return Promise.resolve(job());
    },
    release() {
      releases += 1;
      return Promise.resolve();
    },
  };
  const objectStorage: ObjectStorage = {
    ...{ begin: unused, offset: unused, append: unused, link: unused, remove: unused },
    put: () => Promise.resolve("stored"),
  };
  const renderers: Renderers = {
    json: () => "",
    csv({ rows }) {
      clock.advance(render_ms);
      return `day,note\r\n${rows.map(({ day, note }) => `${day},${note}\r\n`).join("")}`;
    },
  };
  const claim: Claimed = {
    export: job(),
    lease_token: "00000000-0000-4000-8000-000000000002",
    upload_url: null,
    scope: null,
    scope_values: null,
    chunks: [],
  };
  const work = () =>
    workOn(
      { exports, objects: objectStorage, renderers, clock, resourceOf: () => Promise.resolve(resource) },
      { ...claim, export: job(), chunks: stored.map(chunkSizes) },
    );
  return { work, stored, releases: () => releases };
}

Deno.test("a call renders page after page while it has time, and leaves the rest to the next call", async () => {
  const { work, stored, releases } = scene({ page_count: 20, render_ms: 120 });
  const first = await work();
  // 400 ms are over after the fourth page of 120 ms.
  deepEqual([first.status, first.done_count, stored.length, releases()], ["frozen", 4 * PAGE_ROWS, 4, 1]);
  await work();
  equal(stored.length, 8);
  const bodies = stored.map(({ bytes }) => gunzipSync(bytes).toString());
  const [header, ...lines] = bodies.join("").trimEnd().split("\r\n");
  equal(header, "day,note");
  equal(lines.length, 8 * PAGE_ROWS);
  ok(lines.every((line, place) => line === `${place},`), "rows in their order, the header once in the file");
});

Deno.test("a page that takes longer than a call's time is rendered all the same, so that an export always goes on", async () => {
  const { work, stored } = scene({ page_count: 3, render_ms: 900 });
  for (const done of [1, 2, 3]) {
    await work();
    equal(stored.length, done);
  }
});

Deno.test("a call on a fast machine ends when it has rendered 8 MB, however few rows they are", async () => {
  const { work, stored } = scene({ page_count: 20, render_ms: 1, rows_of_page: 1_000, note: "x".repeat(2_990) });
  await work();
  equal(stored.length, 3);
});

Deno.test("a call ends before the platform would end it where the database is slow", async () => {
  const { work, stored } = scene({ page_count: 20, render_ms: 1, database_ms: 10_000 });
  await work();
  equal(stored.length, 5);
});

Deno.test("a small export is done in one call; one whose few rows are long is uploaded by the next call", async () => {
  const small = scene({ page_count: 2, render_ms: 10 });
  equal((await small.work()).status, "done");
  const wide = scene({ page_count: 2, render_ms: 10, rows_of_page: 1_000, note: "a long note ".repeat(400) });
  const rendered = await wide.work();
  deepEqual([rendered.status, wide.releases()], ["rendered", 1]);
});
