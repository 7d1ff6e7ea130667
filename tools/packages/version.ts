import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { projectFolder } from "../pack_folders.ts";

const config = z.object({ version: z.string(), imports: z.record(z.string(), z.string()) });

/** deno.json: the one place for the version of both packages, and for those of what they import. */
export async function readVersions(): Promise<z.infer<typeof config>> {
  return config.parse(JSON.parse(await readFile(join(projectFolder, "deno.json"), "utf8")));
}
