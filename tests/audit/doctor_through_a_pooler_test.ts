// Where a machine has no IPv6 the doctor reaches a project through the session pooler, which keeps nothing of what a client
// says at the start but user and database.
import { deepEqual, equal, rejects } from "node:assert/strict";
import { examine } from "../../tools/doctor/examine.ts";
import { readOnly } from "../../tools/doctor/read_only.ts";
import { startPooler } from "../support/fakes/pooler.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";

const PROJECT = "abcdefghijklmnopqrst";

/** The address that the dashboard gives for the session pooler, with what people add to it. */
function pooledUrl(port: number, rest: string): string {
  const { password } = new URL(testDatabaseUrl());
  return `postgresql://postgres.${PROJECT}:${password}@127.0.0.1:${port}${rest}`;
}

Deno.test("through a session pooler the doctor sees the same database, whatever else its address says", async () => {
  const pooler = startPooler(Number(new URL(testDatabaseUrl()).port));
  try {
    const direct = await examine(testDatabaseUrl());
    for (
      const rest of [
        "/postgres",
        "",
        "/",
        "/postgres?pgbouncer=true&connection_limit=1",
        "/postgres?options=-c%20jit%3Doff",
      ]
    ) {
      const pooled = await examine(pooledUrl(pooler.port, rest));
      const seen = (examination: typeof direct) => ({ ...examination, examined_at: "", address: "", findings: [] });
      deepEqual(seen(pooled), seen(direct), rest);
      equal(pooled.address, `127.0.0.1:${pooler.port}`);
      deepEqual(
        pooled.findings.map(({ kind, subject }) => `${kind}:${subject}`),
        direct.findings.map(({ kind, subject }) => `${kind}:${subject}`),
        rest,
      );
      deepEqual(pooler.seen.filter((name) => ["pgbouncer", "connection_limit", "options"].includes(name)), [], rest);
    }
  } finally {
    await pooler.stop();
  }
});

Deno.test("through a session pooler the doctor still writes nothing, and keeps its limits", async () => {
  const pooler = startPooler(Number(new URL(testDatabaseUrl()).port));
  const url = pooledUrl(pooler.port, "/postgres");
  try {
    await rejects(readOnly(url, (session) => session`create table public.planted (id integer)`), { code: "25006" });
    const [said] = await readOnly(url, async (session) =>
      await session`
        select current_user as user, current_database() as database, current_setting('transaction_read_only') as read_only,
          current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
          current_setting('application_name') as name`);
    deepEqual({ ...said }, {
      user: "postgres",
      database: "postgres",
      read_only: "on",
      statement: "20s",
      lock: "500ms",
      name: "freshet doctor",
    });
    equal(pooler.seen.includes("default_transaction_read_only"), false);
  } finally {
    await pooler.stop();
  }
});
