// One call of an export renders as many pages as its time allows, and does all steps of what is small.
import { deepEqual, equal, ok } from "node:assert/strict";
import { inflatePart } from "../../../shared/export/gzip.ts";
import { frozenExport, PAGE_ROWS } from "../../support/rigs/frozen_export.ts";

Deno.test("a call renders page after page while it has time, and leaves the rest to the next call", async () => {
  const { work, stored, releases } = frozenExport({ page_count: 20, render_ms: 120 });
  const first = await work();
  // 400 ms are over after the fourth page of 120 ms.
  deepEqual([first.status, first.done_count, stored.length, releases()], ["frozen", 4 * PAGE_ROWS, 4, 1]);
  await work();
  equal(stored.length, 8);
  const bodies = await Promise.all(stored.map(({ bytes }) => inflatePart(bytes)));
  const text = bodies.map((bytes) => new TextDecoder().decode(bytes)).join("");
  const [header, ...lines] = text.trimEnd().split("\r\n");
  equal(header, "day,note");
  equal(lines.length, 8 * PAGE_ROWS);
  ok(lines.every((line, place) => line === `${place},`), "rows in their order, the header once in the file");
});

Deno.test("a page that takes longer than a call's time is rendered all the same, so that an export always goes on", async () => {
  const { work, stored } = frozenExport({ page_count: 3, render_ms: 900 });
  for (const done of [1, 2, 3]) {
    await work();
    equal(stored.length, done);
  }
});

Deno.test("a call on a fast machine ends when it has rendered 8 MB, however few rows they are", async () => {
  const { work, stored } = frozenExport({
    page_count: 20,
    render_ms: 1,
    rows_of_page: 1_000,
    note: () => "x".repeat(2_990),
  });
  await work();
  equal(stored.length, 3);
});

Deno.test("a call ends before the platform would end it where the database is slow", async () => {
  const { work, stored } = frozenExport({ page_count: 20, render_ms: 1, database_ms: 10_000 });
  await work();
  equal(stored.length, 5);
});

Deno.test("a small export is done in one call; one whose few rows are long is uploaded by the next call", async () => {
  const small = frozenExport({ page_count: 2, render_ms: 10 });
  equal((await small.work()).status, "done");
  const wide = frozenExport({
    page_count: 2,
    render_ms: 10,
    rows_of_page: 1_000,
    note: () => "a long note ".repeat(400),
  });
  const rendered = await wide.work();
  deepEqual([rendered.status, wide.releases()], ["rendered", 1]);
});
