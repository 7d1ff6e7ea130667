import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import { messageOf, StackError } from "./stack_error.ts";

const hook = z.object({ enabled: z.boolean().default(false), uri: z.string().default("") });

const functionSettings = z.object({
  enabled: z.boolean().default(true),
  verify_jwt: z.boolean().default(true),
  import_map: z.string().optional(),
  entrypoint: z.string().optional(),
});

/** A size as the CLI reads it: 50MiB, 50MB and 50M are the same. */
const size = z.string().regex(/^\d+(?:\.\d+)?\s*(?:[KMGT]?i?B|[KMGT])?$/i, { error: "must be a size like 50MiB" })
  .transform((text) => {
    const [unit = ""] = /[KMGT]/i.exec(text) ?? [];
    return Math.floor(Number.parseFloat(text) * 1024 ** (" KMGT".indexOf(unit.toUpperCase() || " ")));
  });

const projectConfig = z.object({
  api: z.object({
    schemas: z.array(z.string()).default(["public", "graphql_public"]),
    max_rows: z.int().default(1000),
  }).prefault({}),
  auth: z.looseObject({
    email: z.looseObject({}).default({}),
    hook: z.object({ custom_access_token: hook.prefault({}) }).prefault({}),
  }).prefault({}),
  storage: z.object({ file_size_limit: size.prefault("50MiB") }).prefault({}),
  functions: z.record(z.string(), functionSettings).default({}),
});

/** The settings that the stack reads from supabase/config.toml; only the Supabase CLI reads the others. */
export type ProjectConfig = z.infer<typeof projectConfig>;

/** One function's block of it, with the CLI's defaults. */
export type FunctionSettings = z.infer<typeof functionSettings>;

/** A function that config.toml does not name has these. */
export const defaultFunctionSettings: FunctionSettings = functionSettings.parse({});

/** Reads supabase/config.toml of a project. Throws a StackError that names the file and the field. */
export async function readProjectConfig(projectFolder: string): Promise<ProjectConfig> {
  const file = join(projectFolder, "supabase", "config.toml");
  let content: unknown;
  try {
    content = parse(await Deno.readTextFile(file));
  } catch (error) {
    throw new StackError(`Cannot read ${file}: ${messageOf(error)}`, "restore the file from the repository");
  }
  const parsed = projectConfig.safeParse(content);
  if (!parsed.success) throw new StackError(`Bad setting in ${file}: ${z.prettifyError(parsed.error)}`, "correct it");
  return parsed.data;
}
