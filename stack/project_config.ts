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

const projectConfig = z.object({
  api: z.object({
    schemas: z.array(z.string()).default(["public", "graphql_public"]),
    max_rows: z.int().default(1000),
  }).prefault({}),
  auth: z.looseObject({
    email: z.looseObject({}).default({}),
    hook: z.object({ custom_access_token: hook.prefault({}) }).prefault({}),
  }).prefault({}),
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
