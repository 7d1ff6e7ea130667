import { join } from "node:path";
import { readState } from "../stack/state.ts";
import { projectFolder } from "./pack_folders.ts";

/** The address of a database: the one that was given, else the local product's. @throws Error where neither is there */
export async function localDatabaseUrl(given: string | null): Promise<string> {
  if (given !== null) return given;
  const state = await readState(Deno.env.get("FRESHET_WORK_FOLDER") ?? join(projectFolder, ".freshet"));
  if (state?.state === "running" && state.database_url !== null) return state.database_url;
  throw new Error("The local product does not run, so its database cannot be asked: deno task start, or give --db-url");
}
