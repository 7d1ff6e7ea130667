import assert from "node:assert/strict";
import fc from "fast-check";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import { AppError } from "../../../shared/kernel/app_error.ts";
import { placeOf, writeCursor } from "../../../shared/read/cursor.ts";
import { LONGEST_CURSOR } from "../../../shared/resource/cursor_text.ts";
import { pack, unpack } from "../../../shared/kernel/packed_bytes.ts";
import { cutRows, pageRequest } from "../../../shared/read/page.ts";
import { progress } from "../../support/sample_pack/progress.ts";
import { heatmap } from "../../support/sample_pack/heatmap.ts";
import { heatmapMatrix } from "../../support/sample_pack/heatmap_matrix.ts";
import { id } from "../../support/fixtures/sample_rows.ts";

const ROW = { week_start: "2026-01-05", question_id: id(7), lesion: "vsd", topic: "Shunts", attempts: 5 };
const PLACE = ["2026-01-05", id(7), "vsd", "Shunts"];
const cursor = writeCursor(heatmap, { params: { limit: 200 }, row: ROW }, sha256);

function encode(content: unknown): string {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fault(params: Record<string, unknown>): string {
  try {
    placeOf(heatmap, params, sha256);
    return "none";
  } catch (error) {
    assert.ok(error instanceof AppError && error.code === "BAD_REQUEST", String(error));
    return error.errors.map(({ field, reason }) => `${field} ${reason}`).join();
  }
}

Deno.test("placeOf() gives back the place that writeCursor() wrote", () => {
  assert.deepEqual(placeOf(heatmap, { limit: 200, cursor }, sha256), PLACE);
  assert.equal(placeOf(heatmap, { limit: 200 }, sha256), null);
});

Deno.test("a cursor keeps every text that a tag may be, and is a word that a URL takes as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }), (topic) => {
    const written = writeCursor(heatmap, { params: {}, row: { ...ROW, topic } }, sha256);
    assert.match(written, /^[\w-]+$/);
    assert.deepEqual(placeOf(heatmap, { cursor: written }, sha256), [...PLACE.slice(0, 3), topic]);
  }));
});

Deno.test("a cursor serves pages of another length, but no other filters and no other resource", () => {
  assert.equal(fault({ limit: 10, cursor }), "none");
  assert.match(fault({ limit: 200, cursor, lesion: "vsd" }), /^cursor belongs to another question/);
  const foreign = writeCursor(heatmapMatrix, { params: {}, row: ROW }, sha256);
  assert.match(fault({ cursor: foreign }), /^cursor belongs to another question/);
});

Deno.test("a cursor that is not ours is refused, whatever it holds", () => {
  const [question] = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
  const altered: Record<string, unknown> = {
    "no base64": "!",
    "no JSON": encode("nothing"),
    "no list": encode({}),
    "an empty list": encode([]),
    "no place": encode([question]),
    "too short a place": encode([question, ...PLACE.slice(1)]),
    "too long a place": encode([question, ...PLACE, "x"]),
    "no date": encode([question, "2026-13-01", ...PLACE.slice(1)]),
    "no UUID": encode([question, PLACE[0], "1; drop table", ...PLACE.slice(2)]),
    "a number for a text": encode([question, ...PLACE.slice(0, 3), 5]),
    "a text that no row can hold": encode([question, ...PLACE.slice(0, 3), "a\0b"]),
    "half a pair": encode(`["${question}","2026-01-05","${id(7)}","vsd","\\ud800"]`),
    "a null": encode([question, ...PLACE.slice(0, 3), null]),
    "blanks inside the JSON": encode(`[ ${JSON.stringify([question, ...PLACE]).slice(1)}`),
    "bytes that are no UTF-8": encode(`["${question}","2026-01-05","${id(7)}","vsd","\xff"]`),
  };
  for (const [what, word] of Object.entries(altered)) {
    assert.equal(fault({ cursor: word }), "cursor must be the next_cursor of the page before", what);
  }
});

Deno.test("altering one letter of a cursor is refused, or names another place, and never fails otherwise", () => {
  fc.assert(fc.property(fc.nat(cursor.length - 1), fc.constantFrom(..."AZaz09-_"), (at, letter) => {
    const altered = cursor.slice(0, at) + letter + cursor.slice(at + 1);
    assert.match(fault({ limit: 200, cursor: altered }), /^(none$|cursor )/);
  }));
});

Deno.test("a page asks for one row more than it shows, beyond its place", () => {
  const request = { columns: [], filters: [], scope: null, order: heatmap.order, limit: 2 };
  const params = { limit: 2, cursor };
  const { limit, filters } = pageRequest({ resource: heatmap, place: placeOf(heatmap, params, sha256) }, request);
  assert.equal(limit, 3);
  const columns = ["week_start", "question_id", "lesion", "topic"];
  assert.deepEqual(filters, [{ op: "after", columns, values: PLACE }]);
});

Deno.test("cutRows() leads on only when a row was left over", () => {
  const asked = { resource: heatmap, params: { limit: 2 } };
  const cut = (rows: Record<string, unknown>[]) => cutRows(asked, { rows, total_count: null }, sha256);
  const rows = [1, 2, 3].map((number) => ({ ...ROW, question_id: id(number) }));
  const first = cut(rows);
  assert.deepEqual(first.rows, rows.slice(0, 2));
  assert.equal(placeOf(heatmap, { limit: 2, cursor: first.next_cursor }, sha256)?.[1], id(2));
  assert.equal(cut(rows.slice(0, 2)).next_cursor, null);
  assert.deepEqual(cut([]), { rows: [], next_cursor: null, is_truncated: null, total_count: null });
});

Deno.test("cutRows() says of what is not paged whether it is all, and keeps the latest of what is shown reversed", () => {
  const asked = { resource: progress, params: { weeks: 2 } };
  const rows = ["2026-01-19", "2026-01-12", "2026-01-05"].map((week) => ({ week }));
  const shown = [{ week: "2026-01-12" }, { week: "2026-01-19" }];
  const told = { rows: shown, next_cursor: null };
  assert.deepEqual(cutRows(asked, { rows, total_count: 40 }, sha256), { ...told, is_truncated: true, total_count: 40 });
  const all = cutRows(asked, { rows: rows.slice(0, 2), total_count: null }, sha256);
  assert.deepEqual(all, { ...told, is_truncated: false, total_count: 2 });
  assert.throws(() => cutRows(asked, { rows, total_count: null }, sha256), { code: "INTERNAL" });
});

Deno.test("a cursor over tags of 10 kB is a word that the parameter takes, and leads to the same place", () => {
  const tags: Record<string, string> = {
    "one letter": "x".repeat(10_000),
    "a sentence": "ventricular septal defect, ".repeat(400),
    "letters of four bytes": "𝒳".repeat(10_000),
    // An index takes 2,704 bytes that do not repeat.
    "nothing that repeats": Array.from({ length: 2_650 }, (_, at) => sha256(`${at}`)[at % 60]).join(""),
    "quotes and backslashes": '"\\'.repeat(5_000),
  };
  for (const [what, tag] of Object.entries(tags)) {
    const row = { ...ROW, lesion: tag, topic: "Shunts" };
    const written = writeCursor(heatmap, { params: {}, row }, sha256);
    assert.ok(written.length <= LONGEST_CURSOR, `${what}: ${written.length}`);
    const taken = heatmap.params.safeParse({ cursor: written });
    assert.ok(taken.success, what);
    assert.deepEqual(placeOf(heatmap, taken.data, sha256), [PLACE[0], PLACE[1], tag, "Shunts"], what);
    assert.equal(fault({ cursor: `${written.slice(0, -4)}AAAA` }), "cursor must be the next_cursor of the page before");
  }
});

Deno.test("bytes are packed and unpacked to what they were, and what pack() did not write is refused", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat(2_000)).map(([some, times]) =>
      Uint8Array.from({ length: times }, (_, at) => some[at % some.length] ?? 0)
    ),
  );
  fc.assert(fc.property(bytes, (some) => {
    const packed = pack(some);
    assert.deepEqual(unpack(packed, some.length), some);
    assert.ok(packed.length <= some.length * (1 + 1 / 128) + 1);
    if (some.length > 0) assert.equal(unpack(packed, some.length - 1), null);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (some) => {
    const found = unpack(some, 10_000);
    assert.ok(found === null || found.length <= 10_000);
  }));
});
