-- Object: analytics.dim_users, dim_scenarios, dim_orgs, private.current_dim_users, private.outdated_dim_*,
--         private.sync_dim_*(), private.sync_dimension(), analytics.sync_training_dimensions(), job sync-training-dimensions
-- Grain: dim_users: one row per member of an organisation; dim_scenarios: per scenario; dim_orgs: per organisation
-- Reads: public.users, org_members, scenarios, orgs: by triggers, and nightly
-- Why: reports join the facts with these and with no table of the applications. Somebody may be in several
--      organisations, with another role in each, so that the key of a user includes the organisation. A membership that
--      was given an end is over without a write: the nightly job sees that, and what was written past the triggers.

create table analytics.dim_users (
    org_id uuid not null,
    user_id text not null,
    name text,
    email text,
    role public.user_role not null,
    is_active boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null default now(),
    primary key (org_id, user_id)
);
create index dim_users_user_id_idx on analytics.dim_users (user_id);

create table analytics.dim_scenarios (
    scenario_id uuid primary key,
    org_id uuid not null,
    title text not null,
    difficulty text,
    category text,
    created_at timestamptz not null,
    updated_at timestamptz not null default now()
);
create index dim_scenarios_org_id_idx on analytics.dim_scenarios (org_id);

create table analytics.dim_orgs (
    org_id uuid primary key,
    name text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null default now()
);

alter table analytics.dim_users enable row level security;
alter table analytics.dim_scenarios enable row level security;
alter table analytics.dim_orgs enable row level security;
revoke all on table analytics.dim_users, analytics.dim_scenarios, analytics.dim_orgs from public, anon, authenticated;

comment on table analytics.dim_users is 'One row per member of an organisation, former members too.';
comment on column analytics.dim_users.is_active is 'Whether the membership lasts: at once after a write, and as of last night.';
comment on column analytics.dim_users.created_at is 'Of the user, not of this row.';
comment on column analytics.dim_users.updated_at is 'When what this row says changed last.';
comment on table analytics.dim_scenarios is 'One row per scenario.';
comment on column analytics.dim_scenarios.created_at is 'Of the scenario, not of this row.';
comment on table analytics.dim_orgs is 'One row per organisation.';
comment on column analytics.dim_orgs.created_at is 'Of the organisation, not of this row.';

create view private.current_dim_users with (security_invoker = on) as
select
    m.org_id,
    m.user_id,
    u.name,
    u.email,
    m.role,
    m.left_at is null or m.left_at > now() as is_active,
    u.created_at
from public.org_members as m
join public.users as u on u.id = m.user_id;
revoke all on table private.current_dim_users from public, anon, authenticated;
comment on view private.current_dim_users is 'What analytics.dim_users ought to hold. Grain: one row per member of an organisation.';

create view private.outdated_dim_users with (security_invoker = on) as
(
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at from private.current_dim_users as c
    except
    select d.org_id, d.user_id, d.name, d.email, d.role, d.is_active, d.created_at from analytics.dim_users as d
)
union all
(
    select d.org_id, d.user_id, d.name, d.email, d.role, d.is_active, d.created_at from analytics.dim_users as d
    except
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at from private.current_dim_users as c
);
revoke all on table private.outdated_dim_users from public, anon, authenticated;
comment on view private.outdated_dim_users is 'What analytics.dim_users lacks, and what it holds that is not so any more.';

create view private.outdated_dim_scenarios with (security_invoker = on) as
(
    select s.id as scenario_id, s.org_id, s.title, s.difficulty, s.category, s.created_at from public.scenarios as s
    except
    select d.scenario_id, d.org_id, d.title, d.difficulty, d.category, d.created_at from analytics.dim_scenarios as d
)
union all
(
    select d.scenario_id, d.org_id, d.title, d.difficulty, d.category, d.created_at from analytics.dim_scenarios as d
    except
    select s.id, s.org_id, s.title, s.difficulty, s.category, s.created_at from public.scenarios as s
);
revoke all on table private.outdated_dim_scenarios from public, anon, authenticated;
comment on view private.outdated_dim_scenarios is 'What analytics.dim_scenarios lacks, and what it holds that is not so any more.';

create view private.outdated_dim_orgs with (security_invoker = on) as
(
    select o.id as org_id, o.name, o.created_at from public.orgs as o
    except
    select d.org_id, d.name, d.created_at from analytics.dim_orgs as d
)
union all
(
    select d.org_id, d.name, d.created_at from analytics.dim_orgs as d
    except
    select o.id, o.name, o.created_at from public.orgs as o
);
revoke all on table private.outdated_dim_orgs from public, anon, authenticated;
comment on view private.outdated_dim_orgs is 'What analytics.dim_orgs lacks, and what it holds that is not so any more.';

create function private.sync_dim_users(user_ids text[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Who changes a user and who changes a membership of theirs write the same rows: one after the other.
    perform from public.users as u where u.id = any (user_ids) order by u.id for no key update;
    if not exists (select from private.outdated_dim_users as o where o.user_id = any (user_ids)) then
        return;
    end if;

    delete from analytics.dim_users as d
    where d.user_id = any (user_ids)
        and not exists (select from public.org_members as m where m.org_id = d.org_id and m.user_id = d.user_id);

    insert into analytics.dim_users as d (org_id, user_id, name, email, role, is_active, created_at)
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at
    from private.current_dim_users as c
    where c.user_id = any (user_ids)
    on conflict (org_id, user_id) do update
    set name = excluded.name,
        email = excluded.email,
        role = excluded.role,
        is_active = excluded.is_active,
        created_at = excluded.created_at,
        updated_at = excluded.updated_at
    where (d.name, d.email, d.role, d.is_active, d.created_at)
        is distinct from (excluded.name, excluded.email, excluded.role, excluded.is_active, excluded.created_at);
end
$$;
revoke all on function private.sync_dim_users(text[]) from public, anon, authenticated;
comment on function private.sync_dim_users(text[]) is
    'Brings the rows of these users, in all organisations, up to date. Writes nothing when they are. Idempotent.';

create function private.sync_dim_scenarios(scenario_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform from public.scenarios as s where s.id = any (scenario_ids) order by s.id for share;
    if not exists (select from private.outdated_dim_scenarios as o where o.scenario_id = any (scenario_ids)) then
        return;
    end if;

    delete from analytics.dim_scenarios as d
    where d.scenario_id = any (scenario_ids)
        and not exists (select from public.scenarios as s where s.id = d.scenario_id);

    insert into analytics.dim_scenarios as d (scenario_id, org_id, title, difficulty, category, created_at)
    select s.id, s.org_id, s.title, s.difficulty, s.category, s.created_at
    from public.scenarios as s
    where s.id = any (scenario_ids)
    on conflict (scenario_id) do update
    set org_id = excluded.org_id,
        title = excluded.title,
        difficulty = excluded.difficulty,
        category = excluded.category,
        created_at = excluded.created_at,
        updated_at = excluded.updated_at
    where (d.org_id, d.title, d.difficulty, d.category, d.created_at)
        is distinct from (excluded.org_id, excluded.title, excluded.difficulty, excluded.category, excluded.created_at);
end
$$;
revoke all on function private.sync_dim_scenarios(uuid[]) from public, anon, authenticated;
comment on function private.sync_dim_scenarios(uuid[]) is
    'Brings the rows of these scenarios up to date. Writes nothing when they are. Idempotent.';

create function private.sync_dim_orgs(org_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform from public.orgs as o where o.id = any (org_ids) order by o.id for share;
    if not exists (select from private.outdated_dim_orgs as o where o.org_id = any (org_ids)) then
        return;
    end if;

    delete from analytics.dim_orgs as d
    where d.org_id = any (org_ids)
        and not exists (select from public.orgs as o where o.id = d.org_id);

    insert into analytics.dim_orgs as d (org_id, name, created_at)
    select o.id, o.name, o.created_at
    from public.orgs as o
    where o.id = any (org_ids)
    on conflict (org_id) do update
    set name = excluded.name, created_at = excluded.created_at, updated_at = excluded.updated_at
    where (d.name, d.created_at) is distinct from (excluded.name, excluded.created_at);
end
$$;
revoke all on function private.sync_dim_orgs(uuid[]) from public, anon, authenticated;
comment on function private.sync_dim_orgs(uuid[]) is
    'Brings the rows of these organisations up to date. Writes nothing when they are. Idempotent.';

create function private.sync_dimension()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    execute format('select private.%I(array(select distinct r.%I from changed_rows as r))', tg_argv[0], tg_argv[1]);
    return null;
end
$$;
revoke all on function private.sync_dimension() from public, anon, authenticated;
comment on function private.sync_dimension() is
    'Statement trigger: passes the keys of the written rows on. Arguments: the function of schema private, and the column of the key.';

create trigger users_were_updated after update on public.users
    referencing new table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_users', 'id');

create trigger members_were_inserted after insert on public.org_members
    referencing new table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_users', 'user_id');
create trigger members_were_updated after update on public.org_members
    referencing new table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_users', 'user_id');
-- A membership may be given to somebody else: the one who had it is concerned too.
create trigger members_were_replaced after update on public.org_members
    referencing old table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_users', 'user_id');
create trigger members_were_deleted after delete on public.org_members
    referencing old table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_users', 'user_id');
create trigger members_were_truncated after truncate on public.org_members
    for each statement execute function private.empty_derived_table('dim_users');

create trigger scenarios_were_inserted after insert on public.scenarios
    referencing new table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_scenarios', 'id');
create trigger scenarios_were_updated after update on public.scenarios
    referencing new table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_scenarios', 'id');
create trigger scenarios_were_replaced after update on public.scenarios
    referencing old table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_scenarios', 'id');
create trigger scenarios_were_deleted after delete on public.scenarios
    referencing old table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_scenarios', 'id');
create trigger scenarios_were_truncated after truncate on public.scenarios
    for each statement execute function private.empty_derived_table('dim_scenarios');

create trigger orgs_were_inserted after insert on public.orgs
    referencing new table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_orgs', 'id');
create trigger orgs_were_updated after update on public.orgs
    referencing new table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_orgs', 'id');
create trigger orgs_were_replaced after update on public.orgs
    referencing old table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_orgs', 'id');
create trigger orgs_were_deleted after delete on public.orgs
    referencing old table as changed_rows
    for each statement execute function private.sync_dimension('sync_dim_orgs', 'id');
create trigger orgs_were_truncated after truncate on public.orgs
    for each statement execute function private.empty_derived_table('dim_orgs');

create function analytics.sync_training_dimensions()
returns void
language sql
set search_path = ''
as $$
    select private.sync_dim_orgs(array(select distinct o.org_id from private.outdated_dim_orgs as o));
    select private.sync_dim_scenarios(array(select distinct o.scenario_id from private.outdated_dim_scenarios as o));
    select private.sync_dim_users(array(select distinct o.user_id from private.outdated_dim_users as o));
$$;
revoke all on function analytics.sync_training_dimensions() from public, anon, authenticated;
comment on function analytics.sync_training_dimensions() is
    'Brings dim_orgs, dim_scenarios and dim_users up to date, whatever happened to them. Writes only what differs. Idempotent.';

select analytics.sync_training_dimensions();
select analytics.register_job(
    job_name => 'sync-training-dimensions',
    schedule => '5 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.sync_training_dimensions()'
);
