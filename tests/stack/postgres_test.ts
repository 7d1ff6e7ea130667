// The same facts hold for the installed PostgreSQL with pg_cron and for the one from npm with its stand-in.
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { pause } from "../../stack/pause.ts";
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
      await t.step("comes back at its address when the server is killed, with its data", async () => {
        await query(part, "create table public.kept (id int); insert into public.kept values (1)");
        const pid = await serverPid(part);
        Deno.kill(pid, "SIGKILL");
        deepEqual(await eventually(() => query(part, "select id from public.kept")), [{ id: 1 }]);
        notEqual(await serverPid(part), pid);
      });
      await t.step(
        "finds its data and its address again after a crash, also while a statement of then still runs",
        async () => {
          const abandoned = query(part, "select sum(i) from generate_series(1, 2000000000) as i").catch(() => {});
          await eventually(async () => {
            const [row] = await query(
              part,
              "select true as runs from pg_stat_activity where query like '%generate_series(1, 2%' and state = 'active' and pid <> pg_backend_pid()",
            );
            return row;
          });
          const before = part.url;
          const pid = await serverPid(part);
          Deno.kill(pid, "SIGKILL");
          await part.stop();
          await abandoned;
          part = await startPostgres({ workFolder, flavour, durable: false });
          equal(part.url, before);
          deepEqual(await query(part, "select id from public.kept"), [{ id: 1 }]);
        },
      );
      await t.step(
        "takes another port when a program has taken its own, says so, and moves its jobs there",
        async () => {
          await query(part, "select cron.schedule('kept', '0 0 1 1 *', 'select 1')");
          await part.stop();
          const { port: before } = new URL(part.url);
          const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(before) });
          try {
            part = await startPostgres({ workFolder, flavour, durable: false });
          } finally {
            listener.close();
          }
          const { port } = new URL(part.url);
          notEqual(port, before);
          match(part.detail, new RegExp(`127\\.0\\.0\\.1:${port}, since another program has taken ${before}$`));
          if (flavour === "installed") {
            deepEqual(await query(part, "select nodeport::text from cron.job where jobname = 'kept'"), [{
              nodeport: port,
            }]);
          }
        },
      );
    } finally {
      await part.stop();
      await removeCluster(workFolder);
      await Deno.remove(workFolder, { recursive: true });
    }
    equal(part.cron, flavour === "installed" ? "real" : "stand-in");
    ok(part.detail.includes(part.version));
  });
}

Deno.test("startPostgres() says which option named a database that does not answer, and how to do without", async () => {
  await rejects(
    startPostgres({ workFolder: "/nowhere", databaseUrl: "postgresql://postgres@127.0.0.1:1/postgres" }),
    /127\.0\.0\.1:1\/postgres, given by --db-url or FRESHET_DATABASE_URL, does not answer[\s\S]*unset FRESHET_DATABASE_URL/,
  );
});

async function serverPid(part: PostgresPart): Promise<number> {
  const [row] = await query(part, "select pg_read_file('postmaster.pid') as pid_file", true);
  return Number(String(row?.pid_file).split("\n")[0]);
}

async function eventually<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let count = 0; count < 200; count++) {
    const value = await attempt().catch(() => undefined);
    if (value !== undefined) return value;
    await pause(50);
  }
  throw new Error("It did not happen within ten seconds");
}

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
