import assert from "node:assert/strict";
import { frozenExport } from "../support/rigs/frozen_export.ts";
import { openInChromium } from "./chromium.ts";

const PAGE = `<!doctype html>
<meta charset="utf-8">
<script type="module">
  const { body } = await fetch("/export.csv.gz");
  const text = await new Response(body.pipeThrough(new DecompressionStream("gzip"))).text().catch(String);
  await fetch("/text", { method: "POST", body: text });
</script>`;

Deno.test("Chromium reads a gzip export that several calls made, to its end", async () => {
  const one = frozenExport({ page_count: 9, render_ms: 150, is_gzip: true });
  let calls = 1;
  while ((await one.work()).status !== "done") calls += 1;
  // Three that render, and one that stores the file.
  assert.equal(calls, 4);
  const file = one.file();
  const { promise, resolve } = Promise.withResolvers<string>();
  const site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(PAGE, { headers: { "content-type": "text/html" } });
    if (pathname === "/export.csv.gz") return new Response(file, { headers: { "content-type": "application/gzip" } });
    if (pathname === "/text") resolve(await request.text());
    return new Response(null, { status: 204 });
  });
  const chromium = await openInChromium(`http://127.0.0.1:${site.addr.port}/`);
  const deadline = setTimeout(() => resolve("the page said nothing for a minute"), 60_000);
  try {
    const lines = Array.from({ length: 36_000 }, (_, day) => `${day},\r\n`).join("");
    assert.equal(await promise, `day,note\r\n${lines}`);
  } finally {
    clearTimeout(deadline);
    await chromium.close();
    await site.shutdown();
  }
});
