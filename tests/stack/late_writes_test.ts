import { equal } from "node:assert/strict";
import { withConnection } from "../../stack/one_connection.ts";
import { pause } from "../../stack/pause.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";

const SESSIONS = 20;

Deno.test("a server that is killed while twenty sessions write ends none of the programs that write", async () => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const server = await startPostgres({ workFolder, flavour: "installed", durable: false });
  const url = server.superuserUrl;
  try {
    // While they connect, and while they write.
    for (const after of [50, 100, 300, 300, 600, 600]) {
      equal(await writeUntilKilled(url, await serverPid(url), after), SESSIONS);
    }
  } finally {
    await server.stop();
    await removeCluster(workFolder);
    await Deno.remove(workFolder, { recursive: true });
  }
});

/** Small statements in a transaction, in every session, until the server is killed after so many milliseconds. Returns how many commits were confirmed. */
async function writeUntilKilled(url: string, pid: number, after: number): Promise<number> {
  const sessions = Array.from(
    { length: SESSIONS },
    () =>
      withConnection(url, (sql) =>
        sql.begin(async (transaction) => {
          for (;;) await transaction`select 1`;
        })),
  );
  const settled = Promise.allSettled(sessions);
  await pause(after);
  Deno.kill(pid, "SIGKILL");
  return (await settled).filter(({ status }) => status === "rejected").length;
}

async function serverPid(url: string): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      return await withConnection(url, async (sql) => {
        const [row] = await sql`select split_part(pg_read_file('postmaster.pid'), E'\n', 1)::int as pid`;
        return Number(row?.pid);
      });
    } catch {
      await pause(50);
    }
  }
  throw new Error("the server did not come back within ten seconds");
}
