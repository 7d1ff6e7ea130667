import assert from "node:assert/strict";
import { join } from "node:path";
import { readProjectConfig } from "../../../stack/project_config.ts";

async function limitOf(text: string): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "supabase"));
    await Deno.writeTextFile(join(folder, "supabase", "config.toml"), text);
    return (await readProjectConfig(folder)).storage.file_size_limit;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("file_size_limit is read as the CLI reads it: every unit counts in 1024", async () => {
  const written = {
    "50MiB": 52_428_800,
    "50MB": 52_428_800,
    "500 kb": 512_000,
    "1.5G": 1_610_612_736,
    "7": 7,
    "7B": 7,
  };
  for (const [size, bytes] of Object.entries(written)) {
    assert.equal(await limitOf(`[storage]\nfile_size_limit = "${size}"\n`), bytes, size);
  }
  assert.equal(await limitOf(""), 52_428_800);
});

Deno.test("a file_size_limit that is no size is named with its field", async () => {
  for (const size of ["much", "-1MB", "50XB", ""]) {
    await assert.rejects(
      limitOf(`[storage]\nfile_size_limit = "${size}"\n`),
      /must be a size like 50MiB[^]*file_size_limit/,
    );
  }
});
