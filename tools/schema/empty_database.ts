import postgres from "postgres";
import { startPostgres } from "../../stack/postgres/mod.ts";

/** Runs the body against a database as the platform gives it, before any migration, in a cluster that is thrown away. */
export async function withEmptyDatabase<Result>(
  flavour: "installed" | "embedded",
  body: (sql: postgres.Sql, url: string) => Promise<Result>,
): Promise<Result> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-schema-" });
  // The server runs as another user where this process is root.
  await Deno.chmod(workFolder, 0o755);
  try {
    const server = await startPostgres({ workFolder, flavour, durable: false });
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    try {
      return await body(sql, server.url);
    } finally {
      await sql.end();
      await server.stop();
    }
  } finally {
    await Deno.remove(workFolder, { recursive: true });
  }
}
