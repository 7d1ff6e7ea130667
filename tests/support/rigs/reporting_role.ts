import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { testDatabaseUrl } from "./test_database.ts";

/** docs/bi of the checkout. */
export const bi = fileURLToPath(new URL("../../../docs/bi/", import.meta.url));

/** A connection of the role that BI tools use, activated by the line that docs/bi/README.md gives. */
export async function activateReportingUser(owner: postgres.Sql): Promise<postgres.Sql> {
  const readme = await Deno.readTextFile(`${bi}README.md`);
  const [, activation] = /^(alter role reporting_user with login password ')/m.exec(readme) ?? [];
  assert.ok(activation !== undefined, "the README has no line that activates the role");
  const password = crypto.randomUUID();
  await owner.unsafe(`${activation}${password}'`);
  const url = new URL(testDatabaseUrl());
  url.username = "reporting_user";
  url.password = password;
  return postgres(url.href, { max: 1, onnotice: () => {} });
}

/** Closes the connection, takes the login back, and removes what plantTraining() made. */
export async function endReporting(owner: postgres.Sql, reporting: postgres.Sql): Promise<void> {
  await reporting.end({ timeout: 5 });
  await owner`alter role reporting_user nologin password null`;
  await owner`delete from public.orgs where name like 'canary-%'`;
  await owner`delete from public.users where id in ('root', 'boss', 'moss') or id ~ '^u[0-9]$'`;
  await owner.end({ timeout: 5 });
}
