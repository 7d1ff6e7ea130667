import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { startDataApi } from "../../../stack/data_api/mod.ts";
import { type GatewayPart, startGateway } from "../../../stack/gateway/mod.ts";
import { startPostgres } from "../../../stack/postgres/mod.ts";

export const npmFolder = Deno.env.get("FRESHET_NPM") ?? fileURLToPath(new URL("../../../stack/npm/", import.meta.url));
export const jwtSecret = "jw7-Kq2!vT9_zLp4@Xs8mNd3#Rb6yHc1";
export const publishableKey = "sb_publishable_of_this_test";
export const secretKey = "sb_secret_of_this_test";

/** 20MiB, as the rig's config.toml says. */
export const FILE_SIZE_LIMIT = 20 * 1024 * 1024;

export interface Rig {
  origin: string;
  sql: postgres.Sql;
  restart(): Promise<void>;
  /** Holds the files of unfinished uploads. */
  uploadFolder: string;
  setStorageFault: GatewayPart["setStorageFault"];
}

/** PostgreSQL with this schema, the data API and the gateway, for one test. */
export async function withDataApi(
  schema: string,
  test: (rig: Rig) => Promise<void>,
  exposed: readonly string[] = ["public", "analytics"],
): Promise<void> {
  const workFolder = await Deno.makeTempDir();
  // PostgreSQL runs as an unprivileged user, which must be able to enter the folder.
  await Deno.chmod(workFolder, 0o755);
  const projectFolder = join(workFolder, "project");
  await Deno.mkdir(join(projectFolder, "supabase"), { recursive: true });
  await Deno.writeTextFile(
    join(projectFolder, "supabase", "config.toml"),
    `[api]\nschemas = ${
      JSON.stringify(exposed)
    }\nmax_rows = 100\n[auth]\nenable_signup = true\n[auth.email]\nenabled = true\n[storage]\nfile_size_limit = "20MiB"\n`,
  );
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const database = await startPostgres({ workFolder, durable: false });
    stops.push(() => database.stop());
    const sql = postgres(database.superuserUrl, { max: 1, onnotice: () => {} });
    stops.push(() => sql.end());
    await sql.unsafe(schema);
    const keys = { jwtSecret, publishableKey, secretKey };
    const dataApi = await startDataApi({
      databaseUrl: database.superuserUrl,
      npmFolder,
      workFolder,
      projectFolder,
      ...keys,
    });
    stops.push(() => dataApi.stop());
    const uploads = { folder: join(workFolder, "uploads"), byteLimit: FILE_SIZE_LIMIT };
    const gateway = await startGateway({
      port: 0,
      dataApiUrl: dataApi.url,
      functionUrls: {},
      verifyJwt: {},
      uploads,
      ...keys,
    });
    stops.push(() => gateway.stop());
    const { origin, setStorageFault } = gateway;
    await test({ origin, sql, restart: dataApi.restart, uploadFolder: uploads.folder, setStorageFault });
  } finally {
    for (const stop of stops.reverse()) await stop();
    await Deno.remove(workFolder, { recursive: true });
  }
}

export function clientOf(origin: string, key: string) {
  return createClient(origin, key, { auth: { persistSession: false, autoRefreshToken: false } });
}
