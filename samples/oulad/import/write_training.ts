import type postgres from "postgres";
import { writeAttempts } from "./write_attempts.ts";
import { count, type Written } from "./written.ts";

/**
 * Brings the training pack to what was mapped. As with the arena, rows that are already right are not touched, and a table
 * that is right gets no statement. What the dataset says nothing of, such as a member's manager, stays as it is.
 */
export async function writeTraining(
  sql: postgres.TransactionSql,
): Promise<Record<"orgs" | "users" | "members" | "scenarios" | "attempts", Written>> {
  return {
    orgs: await writeOrgs(sql),
    users: await writeUsers(sql),
    members: await writeMembers(sql),
    scenarios: await writeScenarios(sql),
    attempts: await writeAttempts(sql),
  };
}

async function writeOrgs(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_orgs on commit drop as
    select w.id, w.name from pg_temp.oulad_wanted_orgs as w
    except
    select o.id, o.name from public.orgs as o`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_orgs`);
  if (written > 0) {
    await sql`
      insert into public.orgs (id, name)
      select n.id, n.name from pg_temp.oulad_new_orgs as n
      on conflict (id) do update set name = excluded.name`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_orgs`), written };
}

async function writeUsers(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_users on commit drop as
    select w.id, w.name from pg_temp.oulad_wanted_users as w
    except
    select u.id, u.name from public.users as u`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_users`);
  if (written > 0) {
    await sql`
      insert into public.users (id, name)
      select n.id, n.name from pg_temp.oulad_new_users as n
      on conflict (id) do update set name = excluded.name`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_users`), written };
}

/** Students are trainees. */
async function writeMembers(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_members on commit drop as
    select w.org_id, w.user_id, w.joined_at from pg_temp.oulad_wanted_members as w
    except
    select m.org_id, m.user_id, m.joined_at from public.org_members as m where m.role = 'trainee'`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_members`);
  if (written > 0) {
    await sql`
      insert into public.org_members (org_id, user_id, role, joined_at)
      select n.org_id, n.user_id, 'trainee', n.joined_at from pg_temp.oulad_new_members as n
      on conflict (org_id, user_id) do update set role = excluded.role, joined_at = excluded.joined_at`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_members`), written };
}

async function writeScenarios(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_scenarios on commit drop as
    select w.id, w.org_id, w.title, w.category from pg_temp.oulad_wanted_scenarios as w
    except
    select s.id, s.org_id, s.title, s.category from public.scenarios as s`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_scenarios`);
  if (written > 0) {
    await sql`
      insert into public.scenarios (id, org_id, title, category)
      select n.id, n.org_id, n.title, n.category from pg_temp.oulad_new_scenarios as n
      on conflict (id) do update set org_id = excluded.org_id, title = excluded.title, category = excluded.category`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_scenarios`), written };
}
