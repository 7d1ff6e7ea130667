// The same facts hold for the installed PostgreSQL with pg_cron and for the one from npm with its stand-in.
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { type PostgresPart, removeCluster, startPostgres } from "../../stack/postgres/mod.ts";

for (const flavour of ["installed", "embedded"] as const) {
  Deno.test(`startPostgres(${flavour})`, async (t) => {
    const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
    let part = await startPostgres({ workFolder, flavour, durable: false });
    try {
      await t.step("gives a role postgres that is no superuser but may read every row", async () => {
        deepEqual(
          await query(part, "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user"),
          [
            { rolsuper: false, rolbypassrls: true, rolcreaterole: true },
          ],
        );
      });
      await t.step("lets a migration create the hosted extensions and does nothing", async () => {
        await query(
          part,
          "create extension if not exists pg_cron; create extension if not exists pg_net; " +
            "create extension if not exists supabase_vault with schema vault",
        );
      });
      await t.step("has auth.uid() read the caller's claims before any data API has run", async () => {
        const subject = "a0000000-0000-4000-8000-000000000009";
        deepEqual(
          await query(
            part,
            `set request.jwt.claims = '{"sub": "${subject}", "role": "authenticated"}'; set role authenticated; ` +
              "select auth.uid() as uid, auth.role() as role",
          ),
          [{ uid: subject, role: "authenticated" }],
        );
      });
      await t.step("keeps secrets in the Vault from the API roles", async () => {
        await query(part, "select vault.create_secret('hidden', 'a-name')");
        deepEqual(await query(part, "select decrypted_secret from vault.decrypted_secrets where name = 'a-name'"), [
          { decrypted_secret: "hidden" },
        ]);
        await rejects(query(part, "set role anon; select * from vault.decrypted_secrets"), /permission denied/);
      });
      await t.step("listens on loopback only", async () => {
        deepEqual(await query(part, "show listen_addresses"), [{ listen_addresses: "127.0.0.1" }]);
      });
      await t.step("refuses a second start on the same data from another process", async () => {
        await Deno.writeTextFile(join(workFolder, "other.ts"), otherStart(workFolder, flavour));
        const config = new URL("../../deno.json", import.meta.url).pathname;
        const { stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", "--no-lock", "--config", config, join(workFolder, "other.ts")],
        }).output();
        match(new TextDecoder().decode(stderr), /is in use by process \d+[\s\S]*deno task stop/);
      });
      await t.step("finds its data again after a crash, with a job's address brought up to date", async () => {
        await query(
          part,
          "create table public.kept (id int); insert into public.kept values (1); " +
            "select cron.schedule('kept', '0 0 1 1 *', 'select 1')",
        );
        const [server] = await query(part, "select pg_read_file('postmaster.pid') as pid_file", true);
        const pid = Number(String(server?.pid_file).split("\n")[0]);
        Deno.kill(pid, "SIGKILL");
        await part.stop();
        const before = part.url;
        part = await startPostgres({ workFolder, flavour, durable: false });
        notEqual(part.url, before);
        deepEqual(await query(part, "select id from public.kept"), [{ id: 1 }]);
        if (flavour === "installed") {
          deepEqual(await query(part, "select nodeport::text from cron.job where jobname = 'kept'"), [
            { nodeport: new URL(part.url).port },
          ]);
        }
      });
    } finally {
      await part.stop();
      await removeCluster(workFolder);
      await Deno.remove(workFolder, { recursive: true });
    }
    equal(part.cron, flavour === "installed" ? "real" : "stand-in");
    ok(part.detail.includes(part.version));
  });
}

Deno.test("startPostgres() names DATABASE_URL when that database does not answer", async () => {
  await rejects(
    startPostgres({ workFolder: "/nowhere", databaseUrl: "postgresql://postgres@127.0.0.1:1/postgres" }),
    /DATABASE_URL does not answer[\s\S]*unset DATABASE_URL/,
  );
});

async function query(part: PostgresPart, text: string, asSuperuser = false): Promise<postgres.Row[]> {
  const sql = postgres(asSuperuser ? part.superuserUrl : part.url, { max: 1, onnotice: () => {} });
  try {
    const results: unknown = await sql.unsafe(text).simple();
    const last: unknown = Array.isArray(results) && Array.isArray(results.at(-1)) ? results.at(-1) : results;
    return Array.isArray(last) ? last.map((row) => ({ ...row })) : [];
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function otherStart(workFolder: string, flavour: string): string {
  const mod = new URL("../../stack/postgres/mod.ts", import.meta.url).href;
  return `import { startPostgres } from ${JSON.stringify(mod)};\n` +
    `await startPostgres({ workFolder: ${JSON.stringify(workFolder)}, flavour: "${flavour}" });\n`;
}
