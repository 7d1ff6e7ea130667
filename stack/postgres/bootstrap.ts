import type postgres from "postgres";
import { StackError } from "../stack_error.ts";

/** Which parts of the hosted platform this database has itself, and which ones the stack substitutes. */
export interface Extensions {
  readonly cron: "real" | "stand-in";
  readonly net: "real" | "stand-in";
  readonly vault: "real" | "stand-in";
}

/**
 * Makes the roles, schemas, extensions and stand-ins that migrations find on a hosted project.
 * Every file may be run again, so it is done on each start: a newer stack updates an older database.
 */
export async function bootstrap(sql: postgres.Sql, cron: "real" | "stand-in"): Promise<Extensions> {
  const extensions = {
    cron,
    net: await hasReal(sql, "pg_net") ? "real" : "stand-in",
    vault: await hasReal(sql, "supabase_vault") ? "real" : "stand-in",
  } as const;
  const files = [
    "roles",
    "schemas",
    "auth",
    "extensions",
    "register_stand_in",
    ...(cron === "real" ? ["cron"] : ["cron_stand_in", "cron_stand_in_functions"]),
    ...(extensions.net === "stand-in" ? ["net_stand_in"] : []),
    ...(extensions.vault === "stand-in" ? ["vault_stand_in"] : []),
  ];
  await requireSuperuser(sql);
  await sql.begin(async (transaction) => {
    await transaction`set local client_min_messages to warning`;
    for (const file of files) {
      await transaction.unsafe(await Deno.readTextFile(new URL(`./bootstrap/${file}.sql`, import.meta.url)));
    }
  });
  return extensions;
}

async function hasReal(sql: postgres.Sql, extension: string): Promise<boolean> {
  const [row] = await sql`select extversion from pg_catalog.pg_extension where extname = ${extension}`;
  return row !== undefined && row.extversion !== "stand-in";
}

async function requireSuperuser(sql: postgres.Sql): Promise<void> {
  const [row] =
    await sql`select current_user as name, rolsuper as super from pg_catalog.pg_roles where rolname = current_user`;
  if (row?.super === true) return;
  throw new StackError(
    `the database role "${row?.name}" is not a superuser, so the local stack cannot make roles and stand-ins with it`,
    "let --db-url (FRESHET_DATABASE_URL) name a superuser of a database of your own, or leave it out: a private cluster is made",
  );
}
