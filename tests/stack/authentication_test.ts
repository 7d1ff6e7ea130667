// Who may connect to the database of the stack: this user and root, and over TCP those who know the password.
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { pause } from "../../stack/pause.ts";
import { type PostgresPart, removeCluster, startPostgres } from "../../stack/postgres/mod.ts";
import { clusterCandidates, socketFolderOf } from "../../stack/postgres/cluster_folder.ts";

const PSQL = "/usr/lib/postgresql/15/bin/psql";
/** The user that Debian's daemons run as where they have none of their own: neither ours nor the server's. */
const DAEMON = { uid: 1, gid: 1 };

for (const flavour of ["installed", "embedded"] as const) {
  Deno.test(`Who may connect to PostgreSQL (${flavour})`, async (t) => {
    const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
    await Deno.chmod(workFolder, 0o755);
    let part = await startPostgres({ workFolder, flavour, durable: false });
    try {
      await t.step("over TCP a connection without the password is refused, whatever the role", async () => {
        for (const url of [part.url, part.superuserUrl]) {
          await rejects(one(withPassword(url, "")), /password|SASL/i);
          await rejects(one(withPassword(url, "wrong")), /password authentication failed/);
          equal(await one(url), 1);
        }
      });
      await t.step({
        name: "another user of the machine gets neither to the socket nor, over TCP, past the password",
        ignore: Deno.uid() !== 0,
        async fn() {
          const { port } = new URL(part.url);
          for (const host of [socketFolderOf(workFolder), "127.0.0.1"]) {
            for (const role of ["postgres", "supabase_admin"]) {
              const asDaemon = await psql(DAEMON, ["-h", host, "-p", port, "-U", role, "-w"]);
              deepEqual([asDaemon.code, asDaemon.stdout], [2, ""], `${host} as ${role}`);
              match(asDaemon.stderr, /Permission denied|no password supplied/);
            }
          }
        },
      });
      await t.step("the socket, the data, the password and the log are closed to others", async () => {
        const closed = [socketFolderOf(workFolder), await clusterFolder(workFolder), workFolder];
        for (
          const path of [
            ...closed,
            join(workFolder, "database_password"),
            join(await clusterFolder(workFolder), "postgres.log"),
          ]
        ) {
          equal(await modeOf(path) & 0o007, 0, path);
        }
      });
      await t.step(
        "a job of a role without a password runs, also after the server was killed and came back",
        async () => {
          // The real one knows minutes only before 1.5.
          const schedule = flavour === "installed" ? "* * * * *" : "1 second";
          await sqlOf(part, async (sql) => {
            await sql.unsafe(
              "create role reporter login; grant usage on schema cron to reporter; create table public.ran (by name); grant insert on public.ran to reporter",
            );
            await sql`select cron.schedule('kept', ${schedule}, 'insert into public.ran values (current_user)')`;
            await sql.unsafe("update cron.job set username = 'reporter' where jobname = 'kept'");
          });
          const pid = await sqlOf(part, async (sql) => {
            const [row] = await sql`select split_part(pg_read_file('postmaster.pid'), E'\n', 1)::int as pid`;
            return Number(row?.pid);
          });
          Deno.kill(pid, "SIGKILL");
          await pause(300);
          const by = await eventually(
            () => sqlOf(part, async (sql) => (await sql`select by from public.ran`)[0]?.by),
            90,
          );
          equal(by, "reporter");
        },
      );
      await t.step("a folder of an earlier release, which trusted everybody, is mended by the next start", async () => {
        await sqlOf(
          part,
          (sql) => sql.unsafe("alter role postgres password null; alter role supabase_admin password null"),
        );
        await part.stop();
        const data = join(
          await clusterFolder(workFolder),
          flavour === "installed" ? "data-15-installed" : "data-17-embedded",
        );
        await Deno.writeTextFile(join(data, "pg_hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 trust\n");
        await Deno.chmod(join(data, "..", "postgres.log"), 0o644);
        await Deno.chmod(workFolder, 0o755);
        part = await startPostgres({ workFolder, flavour, durable: false });
        await rejects(one(withPassword(part.superuserUrl, "")), /password|SASL/i);
        equal(await one(part.url), 1);
        equal(await one(part.superuserUrl), 1);
        equal(await modeOf(join(data, "..", "postgres.log")), 0o600);
        equal(await modeOf(workFolder) & 0o007, 0);
      });
      await t.step("the password is in no log and in no statement that the server keeps", async () => {
        const { password } = new URL(part.url);
        const kept = await sqlOf(
          part,
          (sql) => sql`select query from extensions.pg_stat_statements where query ilike ${`%${password}%`}`,
        );
        equal(kept.length, 0);
        equal(
          (await Deno.readTextFile(join(await clusterFolder(workFolder), "postgres.log"))).includes(password),
          false,
        );
      });
    } finally {
      await part.stop();
      await removeCluster(workFolder);
      await Deno.remove(workFolder, { recursive: true });
    }
  });
}

async function clusterFolder(workFolder: string): Promise<string> {
  const [inside, outside] = clusterCandidates(workFolder);
  return await Deno.stat(inside).then(() => inside, () => outside);
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0o777) & 0o777;
}

function withPassword(url: string, password: string): string {
  const other = new URL(url);
  other.password = password;
  return other.href;
}

async function one(url: string): Promise<unknown> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql`select 1 as one`)[0]?.one;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function sqlOf<T>(part: PostgresPart, work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(part.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function psql(user: { uid: number; gid: number }, args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(PSQL, {
    args: [...args, "-d", "postgres", "-Atc", "select 1"],
    cwd: "/",
    ...user,
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function eventually<T>(attempt: () => Promise<T | undefined>, seconds: number): Promise<T> {
  for (let count = 0; count < seconds * 4; count++) {
    const value = await attempt().catch(() => undefined);
    if (value !== undefined) return value;
    await pause(250);
  }
  throw new Error(`It did not happen within ${seconds} seconds`);
}
