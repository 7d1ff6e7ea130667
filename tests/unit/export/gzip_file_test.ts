// A gzip file is one member, whatever calls it took to make it: browsers read no further than the first member.
import { deepEqual, equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { crc32 } from "../../../shared/export/crc32.ts";
import { PART_BYTES } from "../../../shared/export/ports.ts";
import { isUnavailable } from "../../../shared/kernel/app_error.ts";
import { type FrozenExport, frozenExport } from "../../support/rigs/frozen_export.ts";

/** So that even its gzip is long. */
const hex = (day: number) => createHash("shake256", { outputLength: 128 }).update(String(day)).digest("hex");

function fileOf({ file }: FrozenExport): Uint8Array<ArrayBuffer> {
  const bytes = file();
  ok(bytes !== null, "there is no file");
  return bytes;
}

/** By the browsers' own, which refuses or leaves out what follows the first member, and checks its checksum and length. */
async function textOf(file: Uint8Array<ArrayBuffer>): Promise<string> {
  return await new Response(new Blob([file]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

const lines = (count: number, text: (day: number) => string) =>
  Array.from({ length: count }, (_, day) => `${day},${text(day)}\r\n`).join("");

async function workUntilDone(one: FrozenExport): Promise<number> {
  for (let calls = 1; calls < 50; calls += 1) {
    if ((await one.work()).status === "done") return calls;
  }
  throw new Error("the export is not done after 50 calls");
}

Deno.test("a gzip file that one call makes is one member", async () => {
  const one = frozenExport({ page_count: 2, is_gzip: true });
  equal((await one.work()).status, "done");
  equal(one.stored.length, 2);
  equal(await textOf(fileOf(one)), `day,note\r\n${lines(8_000, () => "")}`);
});

Deno.test("a gzip file that many calls make, and whose answers are lost on the way, is one member", async () => {
  const rows_of_page = 1_000;
  const one = frozenExport({ page_count: 60, rows_of_page, render_ms: 150, note: hex, is_gzip: true });
  const expected = `day,note\r\n${lines(60 * rows_of_page, hex)}`;
  await one.work("store").then(() => ok(false), (error) => ok(isUnavailable(error), String(error)));
  ok(one.stored.length === 1);
  let calls = 1;
  while ((await one.work()).status === "frozen") calls += 1;
  ok(calls > 15, `${calls} calls`);
  await one.work("append").then(() => ok(false), (error) => ok(isUnavailable(error), String(error)));
  await workUntilDone(one);
  const file = fileOf(one);
  ok(file.byteLength > PART_BYTES, `${file.byteLength} bytes`);
  ok(await textOf(file) === expected, "another text");
  ok(gunzipSync(file).toString() === expected, "another text for gunzip");
});

Deno.test("a file without rows is a gzip file too", async () => {
  const csv = frozenExport({ page_count: 1, rows_of_page: 0, is_gzip: true });
  await workUntilDone(csv);
  equal(await textOf(fileOf(csv)), "day,note\r\n");
  const ndjson = frozenExport({ page_count: 1, rows_of_page: 0, is_gzip: true, format: "ndjson" });
  await workUntilDone(ndjson);
  equal(await textOf(fileOf(ndjson)), "");
});

Deno.test("a plain file is the text of its parts, and becomes one gzip member where it is too large for the storage", async () => {
  const plain = frozenExport({ page_count: 3 });
  await workUntilDone(plain);
  const text = `day,note\r\n${lines(12_000, () => "")}`;
  equal(new TextDecoder().decode(fileOf(plain)), text);
  const packed = frozenExport({ page_count: 3, most_bytes: 40_000 });
  await workUntilDone(packed);
  equal(await textOf(fileOf(packed)), text);
});

Deno.test("a checksum goes on from the one before, and is that of RFC 1952", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  // The check value that catalogues of CRCs give for this one.
  equal(crc32(bytes("123456789")), 0xcbf43926);
  equal(crc32(bytes("6789"), crc32(bytes("12345"))), 0xcbf43926);
  deepEqual([crc32(bytes("")), crc32(bytes(""), 7)], [0, 7]);
});
