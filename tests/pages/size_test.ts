// What a first visit downloads. Sizes are of each file with gzip, as a host sends it.
import { ok } from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { buildPages } from "../../stack/pages/build.ts";
import { projectFolder } from "../../tools/pack_folders.ts";

const MOST_SCRIPT_BYTES = 60 * 1024;
const MOST_STYLE_BYTES = 12 * 1024;

const Chunk = z.object({
  file: z.string(),
  imports: z.array(z.string()).default([]),
  css: z.array(z.string()).default([]),
});
const Manifest = z.record(z.string(), Chunk);

/** The files that a module loads by itself, without those that it imports when they are needed. */
function filesOf(manifest: z.infer<typeof Manifest>, names: readonly string[]): Set<string> {
  const files = new Set<string>();
  const left = [...names];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const chunk = manifest[name];
    if (chunk === undefined || files.has(chunk.file)) continue;
    for (const file of [chunk.file, ...chunk.css]) files.add(file);
    left.push(...chunk.imports);
  }
  return files;
}

Deno.test("the first load of every page is at most 60 KB of script and 12 KB of styles, with gzip", async (t) => {
  const folder = await buildPages(projectFolder, () => {});
  const manifest = Manifest.parse(JSON.parse(await Deno.readTextFile(join(folder, ".vite/manifest.json"))));
  const pages = Object.keys(manifest).filter((name) => /(?:packs\/[^/]+\/pages\/[^/]+|^[^/]+\/page)\.tsx$/.test(name));
  ok(pages.length > 0, Object.keys(manifest).join(", "));
  for (const page of pages) {
    await t.step(page, async () => {
      let scripts = 0;
      let styles = 0;
      for (const file of filesOf(manifest, ["index.html", page])) {
        const { length } = gzipSync(await Deno.readFile(join(folder, file)), { level: 9 });
        if (file.endsWith(".js")) scripts += length;
        else styles += length;
      }
      ok(scripts > 5_000 && scripts <= MOST_SCRIPT_BYTES, `${scripts} bytes of script`);
      ok(styles > 500 && styles <= MOST_STYLE_BYTES, `${styles} bytes of styles`);
    });
  }
});
