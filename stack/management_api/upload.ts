import { dirname, isAbsolute, join, normalize } from "node:path";
import { z } from "zod";
import type { FoundFunction } from "../functions/discovery.ts";

const metadataSchema = z.object({
  name: z.string(),
  entrypoint_path: z.string(),
  import_map_path: z.string(),
  verify_jwt: z.boolean(),
});

/** One function as the CLI sends it: its files by their path below the project, and their settings. */
export interface Upload {
  readonly metadata: z.output<typeof metadataSchema>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The upload, or why it cannot be deployed. */
export async function readUpload(request: Request): Promise<Upload | string> {
  const form = await request.formData();
  const metadata = metadataSchema.safeParse(JSON.parse(String(form.get("metadata") ?? "{}")));
  if (!metadata.success) return `metadata: ${z.prettifyError(metadata.error)}`;
  const files = new Map<string, Uint8Array>();
  for (const file of form.getAll("file")) {
    if (!(file instanceof File)) return "a file is a text field";
    if (isAbsolute(file.name) || normalize(file.name).startsWith("..")) return `${file.name} leaves the project`;
    files.set(normalize(file.name), new Uint8Array(await file.arrayBuffer()));
  }
  const { entrypoint_path, import_map_path } = metadata.data;
  const absent = [entrypoint_path, import_map_path].find((path) => !files.has(path));
  return absent === undefined ? { metadata: metadata.data, files } : `${absent} was not uploaded`;
}

/** Writes the files into an empty folder, where the runtime will find these and no other. */
export async function layOut(
  { metadata, files }: Upload,
  { slug, folder }: { slug: string; folder: string },
): Promise<FoundFunction> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (const [path, content] of files) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeFile(join(folder, path), content);
  }
  return {
    name: slug,
    entrypoint: join(folder, metadata.entrypoint_path),
    config: join(folder, metadata.import_map_path),
    verifyJwt: metadata.verify_jwt,
  };
}
