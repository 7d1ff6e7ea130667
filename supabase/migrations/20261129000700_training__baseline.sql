-- Baseline of training, written by tools/schema/baseline.ts from the files named below, which hold the current text.
-- Bodies may name what a later statement makes, so they are not checked here; the house tests check every one.
set check_function_bodies = off;

-- packs/training/schema/asked_orgs.sql

-- Object: freshet.asked_orgs()
-- Why: every reading of the pack filters its rows by the organisations of the request, so that an answer about one
--      organisation costs only that organisation's rows. Arrays, because an index answers them whether they hold one id
--      or all. A deleted organisation has no rows at once, whatever the views still hold.
create function freshet.asked_orgs(asked jsonb)
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select array(
        select o.org_id
        from analytics.dim_orgs as o
        where asked ->> 'org' is null or o.org_id = (asked ->> 'org')::uuid
    );
$$;

revoke all on function freshet.asked_orgs(jsonb) from public, anon, authenticated;

comment on function freshet.asked_orgs(jsonb) is
    'The existing organisations that a reading is about: the one in the request, or all.';

-- packs/training/schema/asked_people.sql

-- Object: freshet.asked_people()
-- Why: every reading of the pack filters its rows by the people whom the caller may see; see freshet.asked_orgs().
create function freshet.asked_people(asked jsonb)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when jsonb_typeof(asked -> 'people') = 'array' then array(select jsonb_array_elements_text(asked -> 'people'))
    end;
$$;

revoke all on function freshet.asked_people(jsonb) from public, anon, authenticated;

comment on function freshet.asked_people(jsonb) is 'The people whose rows a reading may return; null for everybody.';

-- packs/training/schema/assert_kpi_event_type.sql

-- Object: freshet.assert_kpi_event_type()
-- Why: a check constraint alone would not list the valid types in its message.
create function freshet.assert_kpi_event_type(event_type text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    known_types constant text[] := array[
        'filler_word', 'interruption', 'question_asked', 'objection_raised', 'keyword_mentioned', 'long_pause'
    ];
begin
    if event_type = any (known_types) then
        return true;
    end if;
    raise exception using
        errcode = 'check_violation',
        message = format('unknown event type "%s"', event_type),
        hint = format('The event types are %s.', array_to_string(known_types, ', '));
end
$$;

revoke all on function freshet.assert_kpi_event_type(text) from public, anon, authenticated;

-- A check constraint runs with the rights of the writer.
grant execute on function freshet.assert_kpi_event_type(text) to service_role;

comment on function freshet.assert_kpi_event_type(text) is
    'True for one of the six event types. Otherwise raises 23514 with the list of them.';

-- packs/training/schema/assignment_standing.sql

-- Object: freshet.assignment_standing()
-- Why: one place decides when an assignment is overdue. The due date is the last day in time.
create function freshet.assignment_standing(completed_at timestamptz, due_on date, today date)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case when completed_at is not null then 'completed' when due_on < today then 'overdue' else 'open' end;
$$;

revoke all on function freshet.assignment_standing(timestamptz, date, date) from public, anon, authenticated;

comment on function freshet.assignment_standing(timestamptz, date, date) is 'completed, overdue or open, on the UTC day `today`.';

-- packs/training/schema/attempts_changed_hands.sql

-- Object: freshet.attempts_changed_hands()
-- Why: an event counts for the organisation and user of its attempt; see analytics.fact_kpi_events.
create function freshet.attempts_changed_hands()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
begin
    select array_agg(c.id) into ids
    from (
        select n.id, n.org_id, n.user_id, n.scenario_id from new_rows as n
        except
        select o.id, o.org_id, o.user_id, o.scenario_id from old_rows as o
    ) as c;
    if ids is not null and exists (select from analytics.fact_kpi_events as e where e.attempt_id = any (ids)) then
        update analytics.fact_kpi_events as e
        set org_id = a.org_id, user_id = a.user_id, scenario_id = a.scenario_id
        from public.scenario_attempts as a
        where a.id = any (ids) and e.attempt_id = a.id;
    end if;
    return null;
end
$$;

revoke all on function freshet.attempts_changed_hands() from public, anon, authenticated;

comment on function freshet.attempts_changed_hands() is
    'Statement trigger of public.scenario_attempts: when an attempt gets another scenario, user or organisation, its events are moved with it.';

-- packs/training/schema/attempts_were_deleted.sql

-- Object: freshet.attempts_were_deleted()
-- Why: a fact is a copy of a completed attempt; see freshet.write_attempt_facts().
create function freshet.attempts_were_deleted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
    days date[];
begin
    select array_agg(o.id), array_agg((o.started_at at time zone 'UTC')::date)
    into ids, days
    from old_rows as o
    where o.status = 'completed';
    if ids is not null then
        perform freshet.remove_attempt_facts(ids, days);
    end if;
    return null;
end
$$;

revoke all on function freshet.attempts_were_deleted() from public, anon, authenticated;

comment on function freshet.attempts_were_deleted() is
    'Statement trigger of public.scenario_attempts: deletes the facts of deleted attempts.';

-- packs/training/schema/attempts_were_inserted.sql

-- Object: freshet.attempts_were_inserted()
-- Why: a fact is a copy of a completed attempt; see freshet.write_attempt_facts().
create function freshet.attempts_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
    days date[];
begin
    select array_agg(n.id), array_agg((n.started_at at time zone 'UTC')::date)
    into ids, days
    from new_rows as n
    where n.status = 'completed';
    if ids is not null then
        perform freshet.write_attempt_facts(ids, days);
    end if;
    return null;
end
$$;

revoke all on function freshet.attempts_were_inserted() from public, anon, authenticated;

comment on function freshet.attempts_were_inserted() is
    'Statement trigger of public.scenario_attempts: writes the facts of completed attempts.';

-- packs/training/schema/backfills.sql

-- Object: analytics.backfills
-- Grain: one row per name of a backfill, about its last run
-- Why: a backfill commits batch by batch, and after an interruption continues where it stopped.
create table analytics.backfills (
    backfill text primary key,
    after_id uuid,
    examined_count bigint not null default 0,
    written_count bigint not null default 0,
    removed_count bigint not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);

alter table analytics.backfills enable row level security;

revoke all on table analytics.backfills from public, anon, authenticated;

comment on table analytics.backfills is 'How far each backfill has come.';

comment on column analytics.backfills.after_id is 'Everything up to this key is done; null before the first batch.';

comment on column analytics.backfills.finished_at is 'Null while it is under way. A later call begins again.';

-- packs/training/schema/check_kpi_events.sql

-- Object: freshet.check_kpi_events()
-- Why: an event that names another organisation than its attempt would count for it; see analytics.fact_kpi_events.
create function freshet.check_kpi_events()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    stray record;
begin
    -- A change of the attempt waits for this event, and then sees it.
    perform from public.scenario_attempts as a
    where a.id in (select n.attempt_id from new_rows as n)
    order by a.id
    for share;

    select n.id, n.attempt_id into stray
    from new_rows as n
    join public.scenario_attempts as a on a.id = n.attempt_id
    where n.org_id <> a.org_id
        or n.user_id <> a.user_id
        or (n.scenario_id is not null and n.scenario_id is distinct from a.scenario_id)
    limit 1;
    if found then
        raise exception using
            errcode = 'foreign_key_violation',
            message = format('event %s does not fit its attempt %s', stray.id, stray.attempt_id),
            hint = 'org_id and user_id are those of the attempt; scenario_id too, or null.';
    end if;
    return null;
end
$$;

revoke all on function freshet.check_kpi_events() from public, anon, authenticated;

comment on function freshet.check_kpi_events() is 'Statement trigger of analytics.fact_kpi_events: an event belongs to the organisation, user and scenario of its attempt.';

-- packs/training/schema/empty_derived_table.sql

-- Object: freshet.empty_derived_table()
-- Why: truncate fires no delete trigger.
create function freshet.empty_derived_table()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_filled boolean;
begin
    execute format('select exists (select from analytics.%I)', tg_argv[0]) into is_filled;
    if is_filled then
        execute format('truncate analytics.%I', tg_argv[0]);
    end if;
    return null;
end
$$;

revoke all on function freshet.empty_derived_table() from public, anon, authenticated;

comment on function freshet.empty_derived_table() is
    'Truncate trigger: also empties the table of schema analytics that its argument names.';

-- packs/training/schema/fill_days_of_all_facts.sql

-- Object: freshet.fill_days_of_all_facts()
-- Why: the nightly counterpart of freshet.fill_days_of_facts(), for facts that were written past the triggers.
create function freshet.fill_days_of_all_facts()
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.fill_days_of_facts(array(select distinct f.date_key from analytics.fact_scenario_attempts as f));
$$;

revoke all on function freshet.fill_days_of_all_facts() from public, anon, authenticated;

comment on function freshet.fill_days_of_all_facts() is
    'Adds to analytics.dim_time the days of all facts that it lacks. Returns how many. Idempotent.';

-- packs/training/schema/fill_days_of_facts.sql

-- Object: freshet.fill_days_of_facts()
-- Why: a report joins the facts with the calendar, so a fact whose day is not in the calendar would be in no figure. An
--      attempt from before the calendar, or long after it, adds its own day: when it is written, by the backfill, and
--      nightly.
create function freshet.fill_days_of_facts(days date[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    added integer := 0;
    missing date;
begin
    -- In order, so that two writers of the same new days wait for each other without a deadlock.
    for missing in
        select distinct d.day
        from unnest(days) as d (day)
        where d.day is not null and not exists (select from analytics.dim_time as t where t.date_key = d.day)
        order by d.day
    loop
        added := added + freshet.fill_dim_time(missing, missing);
    end loop;
    return added;
end
$$;

revoke all on function freshet.fill_days_of_facts(date[]) from public, anon, authenticated;

comment on function freshet.fill_days_of_facts(date[]) is
    'Adds to analytics.dim_time those of these days that it lacks. Returns how many. Idempotent.';

-- packs/training/schema/fill_dim_time.sql

-- Object: freshet.fill_dim_time()
-- Why: one place computes the columns of a day.
create function freshet.fill_dim_time(from_on date, to_on date)
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
    with added as (
        insert into analytics.dim_time (
            date_key, year, quarter, month, week, iso_year, day_of_week, day_of_month, day_of_year, is_weekend
        )
        select
            d.day,
            extract(year from d.day), extract(quarter from d.day), extract(month from d.day),
            extract(week from d.day), extract(isoyear from d.day),
            extract(isodow from d.day), extract(day from d.day), extract(doy from d.day),
            extract(isodow from d.day) >= 6
        from (select from_on + n as day from generate_series(0, to_on - from_on) as n) as d
        on conflict (date_key) do nothing
        returning date_key
    )
    select count(*)::integer from added;
$$;

revoke all on function freshet.fill_dim_time(date, date) from public, anon, authenticated;

comment on function freshet.fill_dim_time(date, date) is
    'Adds the missing days from one to another, both included. Returns how many. Idempotent.';

-- packs/training/schema/is_org_admin.sql

-- Object: freshet.is_org_admin()
-- Why: the refresh button is on an organisation's page, so its admin may press it; see
--      public.refresh_reporting_views().
create function freshet.is_org_admin()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := freshet.caller_claims();
begin
    -- The current membership: a token outlives it.
    return coalesce(claims ->> 'role' = 'authenticated' and claims ->> 'org_role' = 'admin', false)
        and exists (
            select
            from public.org_members as m
            where m.org_id::text = claims ->> 'org_id'
                and m.user_id = claims ->> 'sub'
                and m.role = 'admin'
                and (m.left_at is null or m.left_at > now())
        );
end
$$;

revoke all on function freshet.is_org_admin() from public, anon, authenticated;

comment on function freshet.is_org_admin() is
    'Whether the verified token belongs to a current admin of its organisation. For security definer functions only: it reads memberships.';

-- packs/training/schema/make_fact_partitions.sql

-- Object: analytics.make_fact_partitions()
-- Why: a month needs its partition before rows arrive, or its rows wait in the default partition; see
--      analytics.fact_scenario_attempts.
create function analytics.make_fact_partitions(from_on date, to_on date)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    month_start date;
    partition_name text;
    made_count integer := 0;
begin
    if from_on is null or to_on is null or to_on < from_on or to_on - from_on > 18300 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot make partitions from %s to %s', coalesce(from_on::text, 'null'), coalesce(to_on::text, 'null')),
            hint = 'Give two days in order, at most 50 years apart: every month between them is made, both included.';
    end if;
    -- Two callers at once would make the same month.
    perform pg_advisory_xact_lock(hashtextextended('freshet.fact_partitions', 0));

    for month_start in
        select m::date from generate_series(date_trunc('month', from_on::timestamp), to_on::timestamp, interval '1 month') as m
    loop
        partition_name := to_char(month_start, '"fact_scenario_attempts_y"YYYY"m"MM');
        -- Reads the catalogue itself: the cache behind to_regclass may be older than another caller's commit.
        continue when exists (
            select from pg_catalog.pg_class as c
            where c.relnamespace = 'analytics'::regnamespace and c.relname = partition_name
        );

        -- Locks the whole table: a writer already routed to the default partition would be refused there.
        if made_count = 0 then
            lock table analytics.fact_scenario_attempts in access exclusive mode;
        end if;
        execute format('create table analytics.%I (like analytics.fact_scenario_attempts including all)', partition_name);
        execute format('alter table analytics.%I enable row level security', partition_name);
        execute format('revoke all on table analytics.%I from public, anon, authenticated', partition_name);
        execute format(
            'with moved as (delete from analytics.fact_scenario_attempts_default where date_key >= %1$L and date_key < %2$L returning *) '
            'insert into analytics.%3$I select * from moved',
            month_start, (month_start + interval '1 month')::date, partition_name
        );
        execute format(
            'alter table analytics.fact_scenario_attempts attach partition analytics.%I for values from (%L) to (%L)',
            partition_name, month_start, (month_start + interval '1 month')::date
        );
        made_count := made_count + 1;
    end loop;
    return made_count;
end
$$;

revoke all on function analytics.make_fact_partitions(date, date) from public, anon, authenticated;

comment on function analytics.make_fact_partitions(date, date) is
    'Makes the partition of every month between two days, both included, and moves rows there that waited in the default partition. Returns how many it made. Idempotent. Readers and writers wait while a month is made, not when all exist already: set a lock_timeout.';

-- packs/training/schema/make_months_ahead.sql

-- Object: analytics.make_months_ahead()
-- Why: one job prepares the coming months: partitions of the facts, and days of the calendar.
create function analytics.make_months_ahead()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    today constant date := (now() at time zone 'UTC')::date;
    this_year constant date := date_trunc('year', today::timestamp)::date;
    last_day constant date := (this_year + interval '6 years')::date - 1;
begin
    -- Last month too: attempts arrive late.
    perform analytics.make_fact_partitions((today - interval '1 month')::date, (today + interval '12 months')::date);
    if not exists (select from analytics.dim_time as t where t.date_key = last_day) then
        perform freshet.fill_dim_time((this_year - interval '5 years')::date, last_day);
    end if;
    perform freshet.fill_days_of_all_facts();
end
$$;

revoke all on function analytics.make_months_ahead() from public, anon, authenticated;

comment on function analytics.make_months_ahead() is
    'Makes the partitions of fact_scenario_attempts from last month to twelve months ahead, and dim_time from five whole years back to five ahead, with every day that has a fact. Idempotent.';

-- packs/training/schema/organisation_of_token.sql

-- Object: public.organisation_of_token()
-- Grain: one row, or none for a user who is in no organisation, or in several without a choice
-- Why: public.org_members decides who is a member. public.user_roles only chooses among several organisations: a role
--      copied there would outlive its membership. For an organisation that is not in public.orgs, user_roles decides,
--      since this pack knows nothing of it. In schema public, and with the rights of auth, because auth can execute no
--      function of schema freshet.
create function public.organisation_of_token(user_id text, chosen_org_id uuid, chosen_org_role text)
returns table (org_id uuid, org_role text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with membership as (
        select m.org_id, m.role::text as org_role, count(*) over () as membership_count
        from public.org_members as m
        where m.user_id = organisation_of_token.user_id and (m.left_at is null or m.left_at > now())
    )

    select m.org_id, m.org_role
    from membership as m
    where m.org_id = chosen_org_id or (chosen_org_id is null and m.membership_count = 1)
    union all
    select chosen_org_id, chosen_org_role
    where chosen_org_id is not null and not exists (select from public.orgs as o where o.id = chosen_org_id);
$$;

revoke all on function public.organisation_of_token(text, uuid, text) from public, anon, authenticated, service_role;

grant execute on function public.organisation_of_token(text, uuid, text) to supabase_auth_admin;

comment on function public.organisation_of_token(text, uuid, text) is
    'The organisation and role that the token of a user carries: the membership that user_roles chose, or the only one. Called by custom_access_token_hook.';

-- packs/training/schema/orgs_were_deleted.sql

-- Object: freshet.orgs_were_deleted()
-- Why: the API hides a deleted organisation at each read. BI tools read the views themselves, which hold it until their
--      next refresh, up to a day later: so a deletion requests a refresh of the pack, which the queue starts within
--      seconds.
create function freshet.orgs_were_deleted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from old_rows) then
        perform freshet.request_refresh(null, 'training', 'database');
    end if;
    return null;
end
$$;

revoke all on function freshet.orgs_were_deleted() from public, anon, authenticated;

comment on function freshet.orgs_were_deleted() is 'Statement trigger of public.orgs: after a deletion the views of the training pack are refreshed.';

-- packs/training/schema/people_of_caller.sql

-- Object: freshet.people_of_caller()
-- Why: one place decides for all policies of the pack whose rows a caller may read.
create function freshet.people_of_caller()
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with caller as (
        select
            nullif(auth.jwt() ->> 'org_id', '') as org_id,
            nullif(auth.jwt() ->> 'sub', '') as user_id,
            auth.jwt() ->> 'org_role' as role
    )

    select c.user_id from caller as c where c.user_id is not null
    union
    select m.user_id
    from caller as c
    join public.org_members as m on m.org_id = freshet.canonical_uuid(c.org_id)
    where c.role = 'admin'
    union
    select p.user_id
    from caller as c
    cross join lateral freshet.scope_people_of_manager(c.user_id, c.org_id) as p (user_id)
    where c.role = 'manager';
$$;

revoke all on function freshet.people_of_caller() from public, anon, authenticated;

grant execute on function freshet.people_of_caller() to authenticated;

comment on function freshet.people_of_caller() is
    'The people whose rows the caller may read, by the claims of the token, in the token''s organisation. For policies, which filter by that organisation themselves.';

-- packs/training/schema/reading_training_activity_calendar.sql

-- Object: freshet.reading_training_activity_calendar() and its row type
-- Grain: one row per organisation and UTC day of the year with an attempt
-- Reads: analytics.mv_org_activity_day
-- Serves: /analytics/training/activity-calendar
-- Why: a calendar shades each day by its share of the busiest day, under a total. Both are about the whole year, on
--      each row, so that a page need not load all days of an organisation.
create type freshet.training_activity_calendar_row as (
    org_id uuid,
    active_on date,
    attempts_count bigint,
    active_users_count bigint,
    year_attempts_count bigint,
    busiest_attempts_count bigint,
    busiest_on date
);

comment on column freshet.training_activity_calendar_row.year_attempts_count is 'Attempts of the organisation on all days of the year: the same on each of its rows.';

comment on column freshet.training_activity_calendar_row.busiest_attempts_count is
    'Attempts on the busiest day of the year.';

comment on column freshet.training_activity_calendar_row.busiest_on is 'That day, the first where there are several.';

create function freshet.reading_training_activity_calendar(asked jsonb)
returns setof freshet.training_activity_calendar_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    wanted_year constant integer := coalesce(asked #>> '{params,year}', left(asked ->> 'today', 4))::integer;
begin
    return query
    select
        d.org_id,
        d.active_on,
        d.started_count,
        d.active_users_count,
        sum(d.started_count) over org::bigint,
        max(d.started_count) over org,
        first_value(d.active_on) over (partition by d.org_id order by d.started_count desc, d.active_on)
    from analytics.mv_org_activity_day as d
    where d.org_id = any (orgs)
        and d.active_on between make_date(wanted_year, 1, 1) and make_date(wanted_year, 12, 31)
        -- A day on which attempts only ended is no day of activity.
        and d.started_count > 0
    window org as (partition by d.org_id);
end
$$;

revoke all on function freshet.reading_training_activity_calendar(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_activity_calendar(jsonb) is
    'The days of a year (this year by default) with the attempts that began on them, and the total and the busiest day of the year. Idempotent.';

-- packs/training/schema/reading_training_assignments.sql

-- Object: freshet.reading_training_assignments() and its row type
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: analytics.current_assignments, analytics.dim_scenarios
-- Serves: /analytics/training/assignments
-- Why: a page shows a scenario's current title, difficulty and category.
create type freshet.training_assignments_row as (
    org_id uuid,
    assignment_id uuid,
    user_id text,
    name text,
    scenario_id uuid,
    title text,
    difficulty text,
    category text,
    due_on date,
    is_required boolean,
    assigned_at timestamptz,
    completed_at timestamptz,
    attempts_count bigint,
    best_score numeric,
    status text,
    assigned_count bigint,
    completed_count bigint,
    overdue_count bigint,
    completion_rate numeric
);

create function freshet.reading_training_assignments(asked jsonb)
returns setof freshet.training_assignments_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
begin
    return query
    with assigned as (
        select
            s.org_id,
            s.assignment_id,
            s.user_id,
            s.name,
            s.scenario_id,
            s.title,
            s.due_on,
            s.is_required,
            s.assigned_at,
            s.completed_at,
            s.attempts_count,
            s.best_score,
            freshet.assignment_standing(s.completed_at, s.due_on, today) as status
        from analytics.current_assignments as s
        where s.org_id = any (orgs) and (people is null or s.user_id = any (people))
    )
    select
        a.org_id,
        a.assignment_id,
        a.user_id,
        a.name,
        a.scenario_id,
        a.title,
        d.difficulty,
        d.category,
        a.due_on,
        a.is_required,
        a.assigned_at,
        a.completed_at,
        a.attempts_count,
        a.best_score,
        a.status,
        count(*) over task,
        count(a.completed_at) over task,
        count(*) filter (where a.status = 'overdue') over task,
        round(count(a.completed_at) over task::numeric / count(*) over task, 4)
    from assigned as a
    left join analytics.dim_scenarios as d on d.org_id = a.org_id and d.scenario_id = a.scenario_id
    window task as (partition by a.org_id, a.scenario_id, a.due_on);
end
$$;

revoke all on function freshet.reading_training_assignments(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_assignments(jsonb) is
    'Assignments with their status today. assigned_count, completed_count, overdue_count and completion_rate are over the same scenario and due date. Idempotent.';

-- packs/training/schema/reading_training_attempt_trend.sql

-- Object: freshet.reading_training_attempt_trend() and its row type
-- Grain: one row per organisation and UTC day, for the `days` days that end with `to`, those without an attempt
--      included
-- Reads: analytics.mv_org_activity_day
-- Serves: /analytics/training/attempt-trend
-- Why: a page also draws the trend of a past period. The period is a number of days with an end, never an open
--      beginning.
create type freshet.training_attempt_trend_row as (
    org_id uuid,
    active_on date,
    attempts_count bigint,
    active_users_count bigint,
    avg_score numeric,
    scored_count bigint
);

comment on column freshet.training_attempt_trend_row.scored_count is
    'How many of attempts_count have a score: the basis of avg_score.';

create function freshet.reading_training_attempt_trend(asked jsonb)
returns setof freshet.training_attempt_trend_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    last_on constant date := least((asked #>> '{params,to}')::date, (asked ->> 'today')::date);
    days constant integer := (asked #>> '{params,days}')::integer;
begin
    return query
    select
        o.org_id,
        last_on - g.days_ago,
        coalesce(d.started_count, 0),
        coalesce(d.active_users_count, 0),
        round(d.score_sum / nullif(d.scored_count, 0), 3),
        coalesce(d.scored_count, 0)
    from unnest(orgs) as o (org_id)
    cross join generate_series(0, days - 1) as g (days_ago)
    left join analytics.mv_org_activity_day as d on d.org_id = o.org_id and d.active_on = last_on - g.days_ago;
end
$$;

revoke all on function freshet.reading_training_attempt_trend(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_attempt_trend(jsonb) is
    'Completed attempts by the day of their start, on the `days` days that end with `to`, today at the latest. Idempotent.';

-- packs/training/schema/reading_training_kpi_cohorts.sql

-- Object: freshet.reading_training_kpi_cohorts() and its row type
-- Grain: one row per organisation and cohort, those without a user included
-- Reads: analytics.mv_kpi_users, analytics.mv_kpi_attempts
-- Serves: /analytics/training/kpi/cohorts
-- Why: cohorts are by the mean number of events an attempt: over all time from each user's stored figures, for a period
--      or a scenario from its attempts. With the thresholds 3 and 7 they are "below 3", "3 to 7" and "above 7".
create type freshet.training_kpi_cohorts_row as (
    org_id uuid,
    event_type text,
    cohort integer,
    label text,
    users_count bigint,
    attempts_count bigint,
    events_count bigint,
    avg_score numeric,
    scored_users_count bigint
);

comment on column freshet.training_kpi_cohorts_row.scored_users_count is 'Users with a score: the basis of avg_score.';

create function freshet.reading_training_kpi_cohorts(asked jsonb)
returns setof freshet.training_kpi_cohorts_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    wanted_type constant text := (asked #>> '{params,event_type}')::text;
    thresholds constant numeric[] := array(
        select t.threshold::numeric
        from jsonb_array_elements_text(asked #> '{params,thresholds}') with ordinality as t (threshold, place)
        order by t.place
    );
    wanted_scenario constant uuid := (asked #>> '{params,scenario_id}')::uuid;
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
    is_part constant boolean := from_on is not null or to_on is not null or wanted_scenario is not null;
begin
    return query
    with people as (
        select u.org_id, u.user_id, u.attempts_count, u.events_count, u.scored_count, u.score_sum
        from analytics.mv_kpi_users as u
        where not is_part and u.org_id = any (orgs) and u.event_type = wanted_type
        union all
        select
            a.org_id,
            a.user_id,
            count(*),
            coalesce(sum((a.events ->> wanted_type)::bigint), 0)::bigint,
            count(a.score),
            coalesce(sum(a.score), 0)
        from analytics.mv_kpi_attempts as a
        where is_part
            and a.org_id = any (orgs)
            and a.active_on between coalesce(from_on, '-infinity') and coalesce(to_on, 'infinity')
            and (wanted_scenario is null or a.scenario_id = wanted_scenario)
        group by a.org_id, a.user_id
    ),
    users as (
        select
            u.org_id,
            u.attempts_count,
            u.events_count,
            u.scored_count,
            u.score_sum,
            case
                when u.events_count < thresholds[1] * u.attempts_count then 1
                else 2 + (select count(*)::integer from unnest(thresholds[2:]) as t where u.events_count > t * u.attempts_count)
            end as cohort
        from people as u
    ),
    cohorts as (
        select
            u.org_id,
            u.cohort,
            count(*) as users_count,
            sum(u.attempts_count)::bigint as attempts_count,
            sum(u.events_count)::bigint as events_count,
            round(sum(u.score_sum) / nullif(sum(u.scored_count), 0), 3) as avg_score,
            count(*) filter (where u.scored_count > 0) as scored_users_count
        from users as u
        group by u.org_id, u.cohort
    ),
    labels as (
        select
            g.cohort,
            case
                when g.cohort = 1 then format('below %s', thresholds[1])
                when g.cohort = 2 and cardinality(thresholds) = 1 then format('%s or above', thresholds[1])
                when g.cohort > cardinality(thresholds) then format('above %s', thresholds[g.cohort - 1])
                when g.cohort = 2 then format('%s to %s', thresholds[1], thresholds[2])
                else format('above %s to %s', thresholds[g.cohort - 1], thresholds[g.cohort])
            end as label
        from generate_series(1, cardinality(thresholds) + 1) as g (cohort)
    )
    select
        o.org_id,
        wanted_type,
        l.cohort,
        l.label,
        coalesce(c.users_count, 0),
        coalesce(c.attempts_count, 0),
        coalesce(c.events_count, 0),
        c.avg_score,
        coalesce(c.scored_users_count, 0)
    from unnest(orgs) as o (org_id)
    cross join labels as l
    left join cohorts as c on c.org_id = o.org_id and c.cohort = l.cohort;
end
$$;

revoke all on function freshet.reading_training_kpi_cohorts(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_kpi_cohorts(jsonb) is
    'Users by their mean number of events per completed attempt: over all time, or over the attempts of a scenario that began from `from` to `to`, UTC days, both included. The average score is over their scored attempts. Idempotent.';

-- packs/training/schema/reading_training_kpi_heatmap.sql

-- Object: freshet.reading_training_kpi_heatmap() and its row type
-- Grain: one row per organisation and minute of the call in which an event occurred
-- Reads: analytics.mv_kpi_call_minutes, analytics.mv_kpi_call_days
-- Serves: /analytics/training/kpi/heatmap
-- Why: the minutes of all attempts are stored; those of a period or of a scenario are summed from its days.
create type freshet.training_kpi_heatmap_row as (
    org_id uuid,
    event_type text,
    minute_of_call integer,
    events_count bigint,
    attempts_count bigint
);

comment on column freshet.training_kpi_heatmap_row.minute_of_call is '0 for the first 60 seconds.';

comment on column freshet.training_kpi_heatmap_row.attempts_count is 'Attempts with such an event in this minute.';

create function freshet.reading_training_kpi_heatmap(asked jsonb)
returns setof freshet.training_kpi_heatmap_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    wanted_type constant text := asked #>> '{params,event_type}';
    wanted_scenario constant uuid := (asked #>> '{params,scenario_id}')::uuid;
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
begin
    if from_on is null and to_on is null and wanted_scenario is null then
        return query
        select m.org_id, m.event_type, m.minute_of_call, m.events_count, m.attempts_count
        from analytics.mv_kpi_call_minutes as m
        where m.org_id = any (orgs) and m.event_type = wanted_type;
        return;
    end if;

    return query
    select m.org_id, wanted_type, m.minute_of_call, sum(m.events_count)::bigint, sum(m.attempts_count)::bigint
    from analytics.mv_kpi_call_days as m
    where m.org_id = any (orgs)
        and m.event_type = wanted_type
        and m.active_on between coalesce(from_on, '-infinity') and coalesce(to_on, 'infinity')
        and (wanted_scenario is null or m.scenario_key = wanted_scenario::text)
    group by m.org_id, m.minute_of_call;
end
$$;

revoke all on function freshet.reading_training_kpi_heatmap(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_kpi_heatmap(jsonb) is
    'Events of one type by minute of the call: of all attempts, or of those of a scenario that began from `from` to `to`, UTC days, both included. Idempotent.';

-- packs/training/schema/reading_training_kpi_weekly.sql

-- Object: freshet.reading_training_kpi_weekly() and its row type
-- Grain: one row per organisation and week (Monday, UTC) with a completed attempt in the requested period and scenario
-- Reads: analytics.mv_kpi_weeks, analytics.mv_kpi_attempts
-- Serves: /analytics/training/kpi/weekly
-- Why: the weeks of all attempts are stored; those of a period or of a scenario are counted from its attempts, a week
--      without an event included. The first and the last week of a period hold only the days of the period.
create type freshet.training_kpi_weekly_row as (
    org_id uuid,
    event_type text,
    week_start date,
    events_count bigint,
    attempts_with_events_count bigint,
    attempts_count bigint,
    events_per_attempt numeric
);

comment on column freshet.training_kpi_weekly_row.week_start is 'Monday of the ISO week of the UTC start of the attempt.';

comment on column freshet.training_kpi_weekly_row.attempts_with_events_count is 'Attempts with at least one such event.';

comment on column freshet.training_kpi_weekly_row.attempts_count is
    'All completed attempts of the week in the requested period and scenario, with and without such an event.';

comment on column freshet.training_kpi_weekly_row.events_per_attempt is 'events_count / attempts_count, four decimals.';

create function freshet.reading_training_kpi_weekly(asked jsonb)
returns setof freshet.training_kpi_weekly_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    wanted_type constant text := asked #>> '{params,event_type}';
    wanted_scenario constant uuid := (asked #>> '{params,scenario_id}')::uuid;
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
begin
    if from_on is null and to_on is null and wanted_scenario is null then
        return query
        select
            w.org_id, w.event_type, w.week_start, w.events_count, w.attempts_with_events_count, w.attempts_count, w.events_per_attempt
        from analytics.mv_kpi_weeks as w
        where w.org_id = any (orgs) and w.event_type = wanted_type;
        return;
    end if;

    return query
    with attempts as (
        select
            a.org_id,
            date_trunc('week', a.active_on::timestamp)::date as week_start,
            coalesce((a.events ->> wanted_type)::bigint, 0) as events_count
        from analytics.mv_kpi_attempts as a
        where a.org_id = any (orgs)
            and a.active_on between coalesce(from_on, '-infinity') and coalesce(to_on, 'infinity')
            and (wanted_scenario is null or a.scenario_id = wanted_scenario)
    )
    select
        a.org_id,
        wanted_type,
        a.week_start,
        sum(a.events_count)::bigint,
        count(*) filter (where a.events_count > 0),
        count(*),
        round(sum(a.events_count) / count(*), 4)
    from attempts as a
    group by a.org_id, a.week_start;
end
$$;

revoke all on function freshet.reading_training_kpi_weekly(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_kpi_weekly(jsonb) is
    'Events of one type by week: of all attempts, or of those of a scenario that began from `from` to `to`, UTC days, both included. Idempotent.';

-- packs/training/schema/reading_training_leaderboard.sql

-- Object: freshet.reading_training_leaderboard() and its row type
-- Grain: one row per organisation and user with a scored attempt in the month
-- Reads: analytics.leaderboard_months, analytics.dim_users
-- Serves: /analytics/training/leaderboard
-- Why: a rank is among the people whom the caller may see. Equal averages share a rank, and the next rank is skipped.
--      Ranks and changes go by the exact averages; only the shown values are rounded.
create type freshet.training_leaderboard_row as (
    org_id uuid,
    user_id text,
    name text,
    month date,
    rank bigint,
    previous_rank bigint,
    avg_score numeric,
    avg_score_change numeric,
    attempts bigint,
    total_duration bigint,
    avg_talk_percentage numeric
);

create function freshet.reading_training_leaderboard(asked jsonb)
returns setof freshet.training_leaderboard_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
    this_month constant date := coalesce(
        (asked #>> '{params,month}')::date, date_trunc('month', (asked ->> 'today')::timestamp)::date
    );
    month_before constant date := this_month - interval '1 month';
begin
    return query
    with ranked as (
        select
            l.org_id,
            l.user_id,
            l.month,
            rank() over (partition by l.org_id, l.month order by l.exact_avg_score desc) as place,
            l.exact_avg_score,
            l.avg_score,
            l.attempts,
            l.total_duration,
            l.avg_talk_percentage
        from analytics.leaderboard_months as l
        where l.org_id = any (orgs)
            and l.month in (this_month, month_before)
            and (people is null or l.user_id = any (people))
    )
    select
        r.org_id,
        r.user_id,
        u.name,
        r.month,
        r.place,
        b.place,
        r.avg_score,
        round(r.exact_avg_score - b.exact_avg_score, 3),
        r.attempts,
        r.total_duration,
        r.avg_talk_percentage
    from ranked as r
    left join ranked as b on b.org_id = r.org_id and b.user_id = r.user_id and b.month = month_before
    left join analytics.dim_users as u on u.org_id = r.org_id and u.user_id = r.user_id
    where r.month = this_month;
end
$$;

revoke all on function freshet.reading_training_leaderboard(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_leaderboard(jsonb) is
    'A month (this month by default), ranked by average score. The rank and the change against the month before are null for users without a score in that month. Idempotent.';

-- packs/training/schema/reading_training_my_assignments.sql

-- Object: freshet.reading_training_my_assignments() and its row type
-- Grain: one row per assignment of the person
-- Reads: analytics.assignment_status, analytics.dim_users, analytics.dim_scenarios
-- Serves: /analytics/training/me/assignments
-- Why: a person's own page is read live, with names beside ids.
create type freshet.training_my_assignments_row as (
    org_id uuid,
    user_id text,
    name text,
    assignment_id uuid,
    scenario_id uuid,
    title text,
    difficulty text,
    category text,
    due_on date,
    is_required boolean,
    assigned_at timestamptz,
    completed_at timestamptz,
    attempts_count bigint,
    best_score numeric,
    status text
);

create function freshet.reading_training_my_assignments(asked jsonb)
returns setof freshet.training_my_assignments_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    org constant uuid := (asked ->> 'org')::uuid;
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
begin
    return query
    select
        s.org_id,
        s.user_id,
        u.name,
        s.assignment_id,
        s.scenario_id,
        s.title,
        d.difficulty,
        d.category,
        s.due_on,
        s.is_required,
        s.assigned_at,
        s.completed_at,
        s.attempts_count,
        round(s.best_score, 3),
        freshet.assignment_standing(s.completed_at, s.due_on, today)
    from analytics.assignment_status as s
    left join analytics.dim_users as u on u.org_id = s.org_id and u.user_id = s.user_id
    left join analytics.dim_scenarios as d on d.org_id = s.org_id and d.scenario_id = s.scenario_id
    where s.org_id = org and s.user_id = any (people);
end
$$;

revoke all on function freshet.reading_training_my_assignments(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_my_assignments(jsonb) is
    'A person''s own assignments with their status now. Idempotent.';

-- packs/training/schema/reading_training_my_score_trend.sql

-- Object: freshet.reading_training_my_score_trend() and its row type
-- Grain: one row per person and UTC day, for the `days` days that end with `to`, those without an attempt included
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/me/score-trend
-- Why: a person's own page is read live: an attempt that has just ended is visible at once. As in attempt-trend, the
--      period is a number of days that end with a given day.
create type freshet.training_my_score_trend_row as (
    org_id uuid,
    user_id text,
    active_on date,
    attempts_count bigint,
    avg_score numeric
);

create function freshet.reading_training_my_score_trend(asked jsonb)
returns setof freshet.training_my_score_trend_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    org constant uuid := (asked ->> 'org')::uuid;
    people constant text[] := freshet.asked_people(asked);
    last_on constant date := least((asked #>> '{params,to}')::date, (asked ->> 'today')::date);
    days constant integer := (asked #>> '{params,days}')::integer;
begin
    return query
    with attempts as (
        select f.user_id, f.date_key, count(*) as attempts_count, round(avg(f.score), 3) as avg_score
        from analytics.fact_scenario_attempts as f
        where f.org_id = org and f.user_id = any (people) and f.date_key > last_on - days and f.date_key <= last_on
        group by f.user_id, f.date_key
    )
    select org, p.user_id, last_on - g.days_ago, coalesce(a.attempts_count, 0), a.avg_score
    from unnest(people) as p (user_id)
    cross join generate_series(0, days - 1) as g (days_ago)
    left join attempts as a on a.user_id = p.user_id and a.date_key = last_on - g.days_ago;
end
$$;

revoke all on function freshet.reading_training_my_score_trend(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_my_score_trend(jsonb) is
    'A person''s own attempts by the UTC day of their start, on the `days` days that end with `to`, today at the latest; the average is null on a day without a score. Idempotent.';

-- packs/training/schema/reading_training_my_stats.sql

-- Object: freshet.reading_training_my_stats() and its row type
-- Grain: one row per person
-- Reads: analytics.fact_scenario_attempts, analytics.dim_users
-- Serves: /analytics/training/me/stats
-- Why: a person's page greets them by name, which their token may not hold.
create type freshet.training_my_stats_row as (
    org_id uuid,
    user_id text,
    name text,
    attempts_this_week bigint,
    avg_score_this_week numeric,
    avg_score_change numeric,
    attempts_count bigint,
    avg_score numeric,
    last_attempt_at timestamptz
);

create function freshet.reading_training_my_stats(asked jsonb)
returns setof freshet.training_my_stats_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    org constant uuid := (asked ->> 'org')::uuid;
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
begin
    return query
    with scores as (
        select
            p.user_id,
            count(f.attempt_id) filter (where f.date_key > today - 7) as attempts_this_week,
            avg(f.score) filter (where f.date_key > today - 7) as this_week,
            avg(f.score) filter (where f.date_key between today - 13 and today - 7) as week_before,
            count(f.attempt_id) as attempts_count,
            avg(f.score) as avg_score,
            max(f.started_at) as last_attempt_at
        from unnest(people) as p (user_id)
        left join analytics.fact_scenario_attempts as f
            on f.org_id = org and f.user_id = p.user_id and f.date_key <= today
        group by p.user_id
    )
    select
        org,
        s.user_id,
        u.name,
        s.attempts_this_week,
        round(s.this_week, 3),
        round(s.this_week - s.week_before, 3),
        s.attempts_count,
        round(s.avg_score, 3),
        s.last_attempt_at
    from scores as s
    left join analytics.dim_users as u on u.org_id = org and u.user_id = s.user_id;
end
$$;

revoke all on function freshet.reading_training_my_stats(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_my_stats(jsonb) is
    'A person''s own figures, by the UTC day of the start, up to today. This week is the seven days that end today; the change is against the seven before, null unless both have a score. Idempotent.';

-- packs/training/schema/reading_training_org_overview.sql

-- Object: freshet.reading_training_org_overview() and its row type
-- Grain: one row per organisation
-- Reads: analytics.org_overviews, analytics.mv_org_activity_day, analytics.mv_user_activity_day
-- Serves: /analytics/training/org-overview
-- Why: a page may show a period. The totals of a period are differences of the running totals that each day stores, and
--      count by the day of the end, as those over all time do. "This week" and "this month" are about today, whatever
--      the period.
create type freshet.training_org_overview_row as (
    org_id uuid,
    name text,
    active_users bigint,
    active_users_this_month bigint,
    total_attempts bigint,
    attempts_this_week bigint,
    attempts_this_month bigint,
    avg_score numeric,
    scored_count bigint,
    last_activity timestamptz
);

comment on column freshet.training_org_overview_row.active_users is
    'Users with a completed attempt that ended in the period; without a period, over all time.';

comment on column freshet.training_org_overview_row.total_attempts is
    'Completed attempts that ended in the period; avg_score, scored_count and last_activity are about them.';

create function freshet.reading_training_org_overview(asked jsonb)
returns setof freshet.training_org_overview_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    today constant date := (asked ->> 'today')::date;
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
    last_on constant date := least(to_on, today);
begin
    if from_on is null and to_on is null then
        return query
        select
            v.org_id,
            v.name,
            v.active_users,
            v.active_users_this_month,
            v.total_attempts,
            v.attempts_this_week,
            v.attempts_this_month,
            v.avg_score,
            v.scored_count,
            v.last_activity
        from analytics.org_overviews as v
        where v.read_on = today and v.org_id = any (orgs);
        return;
    end if;

    return query
    with periods as (
        select
            v.org_id,
            v.name,
            v.active_users_this_month,
            v.attempts_this_week,
            v.attempts_this_month,
            coalesce(l.total_ended_count, 0) - coalesce(b.total_ended_count, 0) as attempts_count,
            coalesce(l.total_scored_count, 0) - coalesce(b.total_scored_count, 0) as scored_count,
            coalesce(l.total_score_sum, 0) - coalesce(b.total_score_sum, 0) as score_sum,
            -- The last attempt that ended by then; it belongs to the period if any attempt of the period is among them.
            l.last_ended_at
        from analytics.org_overviews as v
        left join lateral (
            select d.total_ended_count, d.total_scored_count, d.total_score_sum, d.last_ended_at
            from analytics.mv_org_activity_day as d
            where d.org_id = v.org_id and d.active_on <= last_on
            order by d.active_on desc
            limit 1
        ) as l on true
        left join lateral (
            select d.total_ended_count, d.total_scored_count, d.total_score_sum
            from analytics.mv_org_activity_day as d
            where d.org_id = v.org_id and d.active_on <= last_on and d.active_on < from_on
            order by d.active_on desc
            limit 1
        ) as b on true
        where v.read_on = today and v.org_id = any (orgs)
    )
    select
        p.org_id,
        p.name,
        (
            select count(distinct m.user_id)
            from analytics.mv_user_activity_day as m
            where m.org_id = p.org_id
                and m.ended_count > 0
                and m.active_on between coalesce(from_on, '-infinity') and last_on
        ),
        p.active_users_this_month,
        p.attempts_count,
        p.attempts_this_week,
        p.attempts_this_month,
        round(p.score_sum / nullif(p.scored_count, 0), 3),
        p.scored_count,
        case when p.attempts_count > 0 then p.last_ended_at end
    from periods as p;
end
$$;

revoke all on function freshet.reading_training_org_overview(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_org_overview(jsonb) is
    'An organisation in one row, also one without any activity: as analytics.org_overviews has it today, or from `from` to `to`, UTC days of the end, both included and up to today. Idempotent.';

-- packs/training/schema/reading_training_people_figures.sql

-- Object: freshet.reading_training_people_figures() and its row type
-- Grain: one row per member of an organisation, former ones too
-- Reads: analytics.dim_users, analytics.mv_user_activity_day, analytics.current_assignments
-- Serves: /analytics/training/people/figures
-- Why: a manager's people, each with their activity in a period and the progress of their assignments. Each row is
--      about one person, and a caller who gets it may also read every attempt behind it.
create type freshet.training_people_figures_row as (
    org_id uuid,
    user_id text,
    name text,
    role text,
    is_active boolean,
    attempts_count bigint,
    scored_count bigint,
    avg_score numeric,
    duration_seconds bigint,
    last_active_on date,
    assignments_count bigint,
    completed_count bigint,
    overdue_count bigint,
    completion_rate numeric
);

comment on column freshet.training_people_figures_row.attempts_count is
    'Completed attempts that began in the period; scored_count, avg_score and duration_seconds cover the same attempts.';

comment on column freshet.training_people_figures_row.last_active_on is 'UTC day on which the last completed attempt began, whatever the period; null where there is none.';

comment on column freshet.training_people_figures_row.assignments_count is
    'All assignments, whatever the period; the counts and the rate after it cover the same assignments.';

comment on column freshet.training_people_figures_row.completion_rate is 'completed_count / assignments_count, four decimals; null without an assignment.';

create function freshet.reading_training_people_figures(asked jsonb)
returns setof freshet.training_people_figures_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
    from_on constant date := coalesce((asked #>> '{params,from}')::date, '-infinity');
    to_on constant date := least((asked #>> '{params,to}')::date, today);
begin
    return query
    with activity as (
        select
            d.org_id,
            d.user_id,
            coalesce(sum(d.attempts_count) filter (where d.active_on between from_on and to_on), 0)::bigint as attempts_count,
            coalesce(sum(d.scored_count) filter (where d.active_on between from_on and to_on), 0)::bigint as scored_count,
            sum(d.score_sum) filter (where d.active_on between from_on and to_on) as score_sum,
            coalesce(sum(d.duration_seconds) filter (where d.active_on between from_on and to_on), 0)::bigint as duration_seconds,
            max(d.active_on) as last_active_on
        from analytics.mv_user_activity_day as d
        where d.org_id = any (orgs)
            and (people is null or d.user_id = any (people))
            and d.active_on <= today
            -- A day on which attempts only ended is no day of activity.
            and d.attempts_count > 0
        group by d.org_id, d.user_id
    ),
    assignments as (
        select
            s.org_id,
            s.user_id,
            count(*) as assignments_count,
            count(s.completed_at) as completed_count,
            count(*) filter (where freshet.assignment_standing(s.completed_at, s.due_on, today) = 'overdue') as overdue_count
        from analytics.current_assignments as s
        where s.org_id = any (orgs) and (people is null or s.user_id = any (people))
        group by s.org_id, s.user_id
    )
    select
        u.org_id,
        u.user_id,
        u.name,
        u.role::text,
        u.is_active,
        coalesce(a.attempts_count, 0),
        coalesce(a.scored_count, 0),
        round(a.score_sum / nullif(a.scored_count, 0), 3),
        coalesce(a.duration_seconds, 0),
        a.last_active_on,
        coalesce(s.assignments_count, 0),
        coalesce(s.completed_count, 0),
        coalesce(s.overdue_count, 0),
        round(s.completed_count::numeric / s.assignments_count, 4)
    from analytics.dim_users as u
    left join activity as a on a.org_id = u.org_id and a.user_id = u.user_id
    left join assignments as s on s.org_id = u.org_id and s.user_id = u.user_id
    where u.org_id = any (orgs) and (people is null or u.user_id = any (people));
end
$$;

revoke all on function freshet.reading_training_people_figures(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_people_figures(jsonb) is
    'Members with their attempts from `from` to `to`, UTC days of the start, both included and up to today, and their assignments. Idempotent.';

-- packs/training/schema/reading_training_scenario_insights.sql

-- Object: freshet.reading_training_scenario_insights() and its row type
-- Grain: one row per organisation and scenario with a scored attempt, over all time or in a period
-- Reads: analytics.mv_scenario_insights, analytics.mv_scenario_days, analytics.dim_scenarios
-- Serves: /analytics/training/scenario-insights
-- Serves: /analytics/training/top-scenarios
-- Why: over all time the figures are stored; for a period they are computed from the scores of its days, with the same
--      aggregates and the same rounding. Title, difficulty and category are the current ones.
create type freshet.training_scenario_insights_row as (
    org_id uuid,
    scenario_id uuid,
    title text,
    difficulty text,
    category text,
    attempt_count bigint,
    avg_score numeric,
    score_stddev numeric,
    avg_duration numeric,
    median_score numeric,
    last_attempted timestamptz,
    has_high_variance boolean
);

comment on column freshet.training_scenario_insights_row.attempt_count is 'Scored attempts that began in the period; those without a score are in no figure of the row.';

comment on column freshet.training_scenario_insights_row.score_stddev is 'Sample standard deviation; null for one attempt.';

comment on column freshet.training_scenario_insights_row.avg_duration is
    'Seconds, over the scored attempts with a known duration; null when there is none.';

comment on column freshet.training_scenario_insights_row.median_score is 'Exact; between two scores, their mean.';

comment on column freshet.training_scenario_insights_row.last_attempted is 'End of the last scored attempt; null when no end is known.';

comment on column freshet.training_scenario_insights_row.has_high_variance is 'The standard deviation is at least 0.3 of the average: difficulty is inconsistent, or the rubric unclear.';

create function freshet.reading_training_scenario_insights(asked jsonb)
returns setof freshet.training_scenario_insights_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
    wanted_scenario constant uuid := (asked #>> '{params,scenario_id}')::uuid;
begin
    if from_on is null and to_on is null then
        return query
        select
            v.org_id,
            v.scenario_id,
            coalesce(d.title, v.title),
            d.difficulty,
            d.category,
            v.attempt_count,
            v.avg_score,
            v.score_stddev,
            v.avg_duration,
            v.median_score,
            v.last_attempted,
            v.has_high_variance
        from analytics.mv_scenario_insights as v
        left join analytics.dim_scenarios as d on d.org_id = v.org_id and d.scenario_id = v.scenario_id
        where v.org_id = any (orgs) and (wanted_scenario is null or v.scenario_id = wanted_scenario);
        return;
    end if;

    return query
    with days as (
        select s.org_id, s.scenario_id, s.scores, s.duration_seconds, s.durations_count, s.last_ended_at
        from analytics.mv_scenario_days as s
        where s.org_id = any (orgs)
            and s.active_on between coalesce(from_on, '-infinity') and coalesce(to_on, 'infinity')
            and (wanted_scenario is null or s.scenario_id = wanted_scenario)
    ),
    durations as (
        select
            s.org_id,
            s.scenario_id,
            sum(s.duration_seconds)::numeric / nullif(sum(s.durations_count), 0) as avg_duration,
            max(s.last_ended_at) as last_attempted
        from days as s
        group by s.org_id, s.scenario_id
    ),
    scores as (
        select
            s.org_id,
            s.scenario_id,
            count(*) as attempt_count,
            avg(x.score) as avg_score,
            stddev(x.score) as score_stddev,
            (
                percentile_disc(0.5) within group (order by x.score)
                + percentile_disc(0.5) within group (order by x.score desc)
            ) / 2 as median_score
        from days as s
        cross join lateral unnest(s.scores) as x (score)
        group by s.org_id, s.scenario_id
    )
    select
        s.org_id,
        s.scenario_id,
        d.title,
        d.difficulty,
        d.category,
        s.attempt_count,
        round(s.avg_score, 3),
        round(s.score_stddev, 3),
        round(t.avg_duration, 3),
        round(s.median_score, 3),
        t.last_attempted,
        coalesce(s.score_stddev > 0 and s.score_stddev >= 0.3 * s.avg_score, false)
    from scores as s
    join durations as t on t.org_id = s.org_id and t.scenario_id = s.scenario_id
    left join analytics.dim_scenarios as d on d.org_id = s.org_id and d.scenario_id = s.scenario_id;
end
$$;

revoke all on function freshet.reading_training_scenario_insights(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_scenario_insights(jsonb) is
    'Scores of each scenario, over all time or over the attempts that began from `from` to `to`, UTC days, both included. Idempotent.';

-- packs/training/schema/reading_training_tasks.sql

-- Object: freshet.reading_training_tasks() and its row type
-- Grain: one row per organisation, task (a scenario with a due date), and manager whose people are counted: null for
--      everybody
-- Reads: analytics.current_assignments, public.org_members, public.dotted_lines, analytics.dim_scenarios
-- Serves: /analytics/training/tasks
-- Why: the progress of a task, without a row for each person. An admin gets the counts of everybody, and with
--      manager_id those of one manager's people; a manager gets only those of their own people. The counts are of the
--      assignments that /analytics/training/assignments lists.
create type freshet.training_tasks_row as (
    org_id uuid,
    manager_id text,
    scenario_id uuid,
    title text,
    difficulty text,
    category text,
    due_on date,
    assigned_count bigint,
    completed_count bigint,
    open_count bigint,
    overdue_count bigint,
    completion_rate numeric,
    status text
);

comment on column freshet.training_tasks_row.manager_id is
    'The manager whose people are counted; null where it is everybody in the organisation.';

comment on column freshet.training_tasks_row.open_count is 'Not completed, and not overdue.';

comment on column freshet.training_tasks_row.status is
    'overdue if any assignment is, else open if any is, else completed.';

create function freshet.reading_training_tasks(asked jsonb)
returns setof freshet.training_tasks_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    today constant date := (asked ->> 'today')::date;
    -- For a manager, asked_people() holds only themselves: they get their own rows, which count their people.
    managers constant text[] := coalesce(freshet.asked_people(asked), array[asked #>> '{params,manager_id}']);
begin
    return query
    with viewers as materialized (
        select
            o.org_id,
            m.manager_id,
            case when m.manager_id is not null then array(
                select p.user_id from freshet.scope_people_of_manager(m.manager_id, o.org_id::text) as p (user_id)
            ) end as people
        from unnest(orgs) as o (org_id)
        cross join unnest(managers) as m (manager_id)
    ),
    tasks as (
        select
            v.org_id,
            v.manager_id,
            s.scenario_id,
            min(s.title) as title,
            s.due_on,
            count(*) as assigned_count,
            count(*) filter (where a.status = 'completed') as completed_count,
            count(*) filter (where a.status = 'open') as open_count,
            count(*) filter (where a.status = 'overdue') as overdue_count
        from viewers as v
        join analytics.current_assignments as s
            on s.org_id = v.org_id and (v.people is null or s.user_id = any (v.people))
        cross join lateral (select freshet.assignment_standing(s.completed_at, s.due_on, today) as status) as a
        group by v.org_id, v.manager_id, s.scenario_id, s.due_on
    )
    select
        t.org_id,
        t.manager_id,
        t.scenario_id,
        t.title,
        d.difficulty,
        d.category,
        t.due_on,
        t.assigned_count,
        t.completed_count,
        t.open_count,
        t.overdue_count,
        round(t.completed_count::numeric / t.assigned_count, 4),
        case when t.overdue_count > 0 then 'overdue' when t.open_count > 0 then 'open' else 'completed' end
    from tasks as t
    left join analytics.dim_scenarios as d on d.org_id = t.org_id and d.scenario_id = t.scenario_id;
end
$$;

revoke all on function freshet.reading_training_tasks(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_tasks(jsonb) is
    'The progress of each task: of everybody, or of a manager''s current people. Idempotent.';

-- packs/training/schema/reading_training_team_overview.sql

-- Object: freshet.reading_training_team_overview() and its row type
-- Grain: one row per team
-- Reads: analytics.team_members, analytics.dim_users, analytics.mv_user_activity_day, analytics.mv_assignment_status
-- Serves: /analytics/training/team-overview
-- Why: a period is given by its days, or by a number of days that end with one; and the manager's name is shown beside
--      their id.
create type freshet.training_team_overview_row as (
    org_id uuid,
    team_id uuid,
    manager_id text,
    manager_name text,
    name text,
    members_count bigint,
    attempts_count bigint,
    avg_score numeric,
    scored_count bigint,
    assignments_count bigint,
    completed_count bigint,
    completion_rate numeric,
    team_rank bigint,
    teams_count bigint
);

comment on column freshet.training_team_overview_row.team_id is 'Null where the manager''s team has no row in public.teams.';

comment on column freshet.training_team_overview_row.name is
    'Name of the team, or of its manager where the team has none.';

comment on column freshet.training_team_overview_row.scored_count is
    'How many of attempts_count have a score: the basis of avg_score.';

comment on column freshet.training_team_overview_row.team_rank is
    'By average score, among all teams that have one; for a manager, among their own teams and those with at least five scores. Null without a score.';

comment on column freshet.training_team_overview_row.teams_count is 'Number of ranked teams.';

create function freshet.reading_training_team_overview(asked jsonb)
returns setof freshet.training_team_overview_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
    last_on constant date := least((asked #>> '{params,to}')::date, today);
    first_on constant date := coalesce(
        (asked #>> '{params,from}')::date, last_on - (asked #>> '{params,days}')::integer + 1
    );
begin
    return query
    with members as (
        select t.org_id, t.team_id, t.manager_id, t.name, t.is_led, t.user_id
        from analytics.team_members as t
        where t.org_id = any (orgs)
    ),
    teams as (
        select
            m.org_id, m.team_id, m.manager_id, m.name, m.is_led,
            people is null or (m.is_led and m.manager_id = any (people)) as is_shown,
            count(m.user_id) as members_count
        from members as m
        group by m.org_id, m.team_id, m.manager_id, m.name, m.is_led
    ),
    activity as (
        select
            m.org_id,
            m.manager_id,
            sum(d.attempts_count)::bigint as attempts_count,
            sum(d.scored_count)::bigint as scored_count,
            -- To thirty decimals: equal exactly where the averages are.
            round(sum(d.score_sum)::numeric(60, 30) / nullif(sum(d.scored_count), 0), 30) as exact_avg_score
        from members as m
        join analytics.mv_user_activity_day as d on d.org_id = m.org_id and d.user_id = m.user_id
        where d.active_on between first_on and last_on
        group by m.org_id, m.manager_id
    ),
    assignments as (
        select m.org_id, m.manager_id, count(*) as assignments_count, count(s.completed_at) as completed_count
        from members as m
        join analytics.mv_assignment_status as s on s.org_id = m.org_id and s.user_id = m.user_id
        group by m.org_id, m.manager_id
    ),
    compared as (
        select
            t.org_id,
            t.manager_id,
            rank() over (partition by t.org_id order by a.exact_avg_score desc) as team_rank
        from teams as t
        join activity as a on a.org_id = t.org_id and a.manager_id = t.manager_id
        where a.scored_count >= case when t.is_shown then 1 else 5 end
    )
    select
        t.org_id,
        t.team_id,
        t.manager_id,
        u.name,
        t.name,
        t.members_count,
        coalesce(a.attempts_count, 0),
        round(a.exact_avg_score, 3),
        coalesce(a.scored_count, 0),
        coalesce(s.assignments_count, 0),
        coalesce(s.completed_count, 0),
        round(s.completed_count::numeric / s.assignments_count, 4),
        c.team_rank,
        (select count(*) from compared as x where x.org_id = t.org_id)
    from teams as t
    left join analytics.dim_users as u on u.org_id = t.org_id and u.user_id = t.manager_id
    left join activity as a on a.org_id = t.org_id and a.manager_id = t.manager_id
    left join assignments as s on s.org_id = t.org_id and s.manager_id = t.manager_id
    left join compared as c on c.org_id = t.org_id and c.manager_id = t.manager_id
    where t.is_shown;
end
$$;

revoke all on function freshet.reading_training_team_overview(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_team_overview(jsonb) is
    'Teams by their active members: attempts and average score from `from` to `to`, UTC days of the start, both included and up to today, or of the `days` days that end with `to`; all their assignments, and their rank among teams. Idempotent.';

-- packs/training/schema/reading_training_teams.sql

-- Object: freshet.reading_training_teams() and its row type
-- Grain: one row per team, as in analytics.team_members
-- Reads: analytics.team_members, analytics.dim_users
-- Serves: /analytics/training/teams
-- Why: the choices of a filter by team. A team is the people of one manager, so the manager is its key.
create type freshet.training_teams_row as (
    org_id uuid,
    manager_id text,
    manager_name text,
    team_id uuid,
    name text,
    members_count bigint
);

comment on column freshet.training_teams_row.team_id is 'Null where the manager''s team has no row in public.teams.';

comment on column freshet.training_teams_row.name is 'Name of the team, or of its manager where the team has none.';

create function freshet.reading_training_teams(asked jsonb)
returns setof freshet.training_teams_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
begin
    return query
    select t.org_id, t.manager_id, u.name, t.team_id, t.name, count(t.user_id)
    from analytics.team_members as t
    left join analytics.dim_users as u on u.org_id = t.org_id and u.user_id = t.manager_id
    where t.org_id = any (orgs) and (people is null or (t.is_led and t.manager_id = any (people)))
    group by t.org_id, t.manager_id, u.name, t.team_id, t.name;
end
$$;

revoke all on function freshet.reading_training_teams(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_teams(jsonb) is
    'Teams with their managers and the number of their active members; a manager gets their own teams while they lead them. Idempotent.';

-- packs/training/schema/refresh_reporting_views.sql

-- Object: freshet.refresh_reporting_views(), public.refresh_reporting_views()
-- Why: the button of the reporting page, which brings all views of the pack up to date at once. It is not a job: each
--      view has its own, so that a failing view is seen, and rolled back, alone. An organisation's admin may press it,
--      and the views belong to all organisations: a view that any caller refreshed in the last minute is not refreshed
--      again for a person, who gets its ledger row; the others are refreshed.
create function freshet.refresh_reporting_views()
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_person constant boolean := analytics.is_admin() or freshet.is_org_admin();
    wanted text;
    entry analytics.refresh_log;
begin
    if not is_person then
        perform freshet.assert_operator();
    end if;
    for wanted in
        select o.view_name
        from freshet.refresh_order() as o
        join analytics.views as v on v.view_name = o.view_name
        where v.pack = 'training'
        order by o.depth, o.view_name
    loop
        if is_person then
            select l.* into entry
            from analytics.refresh_log as l
            where l.view_name = wanted
                and l.outcome in ('refreshed', 'skipped_clean')
                and l.started_at > now() - interval '1 minute'
            order by l.id desc
            limit 1;
            if found then
                return next entry;
                continue;
            end if;
        end if;
        return next freshet.attempt_refresh(wanted);
    end loop;
end
$$;

create function public.refresh_reporting_views()
returns setof analytics.refresh_log
language sql
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
    select l.* from freshet.refresh_reporting_views() as l;
$$;

revoke all on function freshet.refresh_reporting_views() from public, anon, authenticated;

grant execute on function freshet.refresh_reporting_views() to authenticated, service_role;

revoke all on function public.refresh_reporting_views() from public, anon, authenticated;

grant execute on function public.refresh_reporting_views() to authenticated, service_role;

comment on function freshet.refresh_reporting_views() is
    'Checks the caller, then refreshes. Called through public.refresh_reporting_views.';

comment on function public.refresh_reporting_views() is
    'Refreshes every view of the training pack, sources first, and returns a ledger row for each; if a view fails, only its own work is rolled back. Admins of an organisation and of the platform: a view that was refreshed less than a minute ago is not refreshed again, its last row is returned. Service role: without a limit. Any other caller gets 42501. A call over the data API ends after 60 seconds: analytics.request_refresh(pack => ''training'') has each view''s own limit.';

-- packs/training/schema/remove_attempt_facts.sql

-- Object: freshet.remove_attempt_facts()
-- Why: an attempt that is no longer completed loses its fact; see freshet.write_attempt_facts().
create function freshet.remove_attempt_facts(attempt_ids uuid[], date_keys date[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from analytics.fact_scenario_attempts as f
    using unnest(attempt_ids, date_keys) as k (attempt_id, date_key)
    where f.attempt_id = k.attempt_id and f.date_key = k.date_key;
end
$$;

revoke all on function freshet.remove_attempt_facts(uuid[], date[]) from public, anon, authenticated;

comment on function freshet.remove_attempt_facts(uuid[], date[]) is
    'Removes facts, each identified by its attempt and day. Idempotent.';

-- packs/training/schema/reporting_user.sql

-- Object: role reporting_user
-- Serves: business intelligence tools that speak SQL: Metabase, Grafana, Retool, Mode; packs/training/bi/README.md
--      says how to connect them
-- Why: such a tool runs any SQL that its users write, so the role itself must not be able to do harm. It reads the
--      training pack's facts, dimensions and views, of all organisations, and nothing else. Privileges deny the rest;
--      the read-only transactions and the time limits below are defaults that a session may change, and so no boundary.
--      It may also do what every role may (PUBLIC): enter schema public, and make temporary tables. The platform grants
--      that, and an application may revoke it: packs/training/bi/README.md says how. No grant of either is changed
--      here. It cannot log in until it is given a password, which no migration should contain.
do $$
begin
    if not exists (select from pg_catalog.pg_roles as r where r.rolname = 'reporting_user') then
        create role reporting_user nologin noinherit connection limit 10;
    end if;
end
$$;

comment on role reporting_user is 'Freshet: reads the training pack''s analytics. Activated by: alter role reporting_user with login password ''…''';

alter role reporting_user set default_transaction_read_only = on;

alter role reporting_user set statement_timeout = '30s';

alter role reporting_user set lock_timeout = '2s';

alter role reporting_user set idle_in_transaction_session_timeout = '60s';

alter role reporting_user set search_path = analytics;

-- Revokes anything that an existing role of this name was granted before.
revoke all on all tables in schema public, analytics, freshet from reporting_user;

revoke all on all sequences in schema public, analytics, freshet from reporting_user;

revoke all on all routines in schema public, analytics, freshet from reporting_user;

revoke all on schema public, freshet from reporting_user;

grant usage on schema analytics to reporting_user;

-- packs/training/schema/scope_people_of_manager.sql

-- Object: freshet.scope_people_of_manager(); live relation people_of_manager
-- Why: organisations are uuids here, and a token may name one of another system. Its members see nothing, without an
--      error.
create function freshet.scope_people_of_manager(subject text, org_id text)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with manager as (
        select m.org_id, m.user_id
        from public.org_members as m
        where m.org_id = freshet.canonical_uuid(scope_people_of_manager.org_id)
            and m.user_id = scope_people_of_manager.subject
            and (m.left_at is null or m.left_at > now())
    ),

    people as (
        select m.org_id, m.user_id
        from manager as b
        join public.org_members as m on m.org_id = b.org_id and m.manager_id = b.user_id
        union
        select d.org_id, d.user_id
        from manager as b
        join public.dotted_lines as d on d.org_id = b.org_id and d.manager_id = b.user_id
    )

    select p.user_id
    from people as p
    join public.org_members as m on m.org_id = p.org_id and m.user_id = p.user_id
    where m.left_at is null or m.left_at > now();
$$;

revoke all on function freshet.scope_people_of_manager(text, text) from public, anon, authenticated;

comment on function freshet.scope_people_of_manager(text, text) is
    'Scope relation people_of_manager: the active members of the organisation who report to the subject, by a solid or a dotted line. No rows once the subject has left.';

-- packs/training/schema/sync_dim_orgs.sql

-- Object: freshet.sync_dim_orgs()
-- Why: called by triggers of public.orgs, and nightly; see analytics.dim_orgs.
create function freshet.sync_dim_orgs(org_ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from public.orgs as o where o.id = any (org_ids) order by o.id for share;
    if not exists (select from freshet.outdated_dim_orgs as o where o.org_id = any (org_ids)) then
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

revoke all on function freshet.sync_dim_orgs(uuid[]) from public, anon, authenticated;

comment on function freshet.sync_dim_orgs(uuid[]) is
    'Brings the rows of these organisations up to date. Writes only what differs. Idempotent.';

-- packs/training/schema/sync_dim_scenarios.sql

-- Object: freshet.sync_dim_scenarios()
-- Why: called by triggers of public.scenarios, and nightly; see analytics.dim_scenarios.
create function freshet.sync_dim_scenarios(scenario_ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from public.scenarios as s where s.id = any (scenario_ids) order by s.id for share;
    if not exists (select from freshet.outdated_dim_scenarios as o where o.scenario_id = any (scenario_ids)) then
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

revoke all on function freshet.sync_dim_scenarios(uuid[]) from public, anon, authenticated;

comment on function freshet.sync_dim_scenarios(uuid[]) is
    'Brings the rows of these scenarios up to date. Writes only what differs. Idempotent.';

-- packs/training/schema/sync_dim_users.sql

-- Object: freshet.sync_dim_users()
-- Why: called by triggers of public.users and public.org_members, and nightly; see analytics.dim_users.
create function freshet.sync_dim_users(user_ids text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A change of a user and a change of a membership write the same rows, so one waits for the other.
    perform from public.users as u where u.id = any (user_ids) order by u.id for no key update;
    if not exists (select from freshet.outdated_dim_users as o where o.user_id = any (user_ids)) then
        return;
    end if;

    delete from analytics.dim_users as d
    where d.user_id = any (user_ids)
        and not exists (select from public.org_members as m where m.org_id = d.org_id and m.user_id = d.user_id);

    insert into analytics.dim_users as d (org_id, user_id, name, email, role, is_active, created_at)
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at
    from freshet.current_dim_users as c
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

revoke all on function freshet.sync_dim_users(text[]) from public, anon, authenticated;

comment on function freshet.sync_dim_users(text[]) is
    'Brings the rows of these users, in all organisations, up to date. Writes only what differs. Idempotent.';

-- packs/training/schema/sync_dimension.sql

-- Object: freshet.sync_dimension()
-- Why: one trigger function for all dimensions.
create function freshet.sync_dimension()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('select freshet.%I(array(select distinct r.%I from changed_rows as r))', tg_argv[0], tg_argv[1]);
    return null;
end
$$;

revoke all on function freshet.sync_dimension() from public, anon, authenticated;

comment on function freshet.sync_dimension() is
    'Statement trigger: passes the keys of the written rows on. Arguments: the function of schema freshet, and the column of the key.';

-- packs/training/schema/sync_training_dimensions.sql

-- Object: analytics.sync_training_dimensions()
-- Why: a membership with an end date is over without a write, and rows may be written past the triggers.
create function analytics.sync_training_dimensions()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.sync_dim_orgs(array(select distinct o.org_id from freshet.outdated_dim_orgs as o));
    select freshet.sync_dim_scenarios(array(select distinct o.scenario_id from freshet.outdated_dim_scenarios as o));
    select freshet.sync_dim_users(array(select distinct o.user_id from freshet.outdated_dim_users as o));
$$;

revoke all on function analytics.sync_training_dimensions() from public, anon, authenticated;

comment on function analytics.sync_training_dimensions() is
    'Brings dim_orgs, dim_scenarios and dim_users up to date, however their rows came to differ. Writes only what differs. Idempotent.';

-- packs/training/schema/trigger_populate_fact.sql

-- Object: freshet.trigger_populate_fact()
-- Why: a fact follows the status of its attempt; see freshet.write_attempt_facts().
create function freshet.trigger_populate_fact()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
    days date[];
begin
    -- No longer completed, or moved to another day.
    select array_agg(g.id), array_agg(g.day)
    into ids, days
    from (
        select o.id, (o.started_at at time zone 'UTC')::date from old_rows as o where o.status = 'completed'
        except
        select n.id, (n.started_at at time zone 'UTC')::date from new_rows as n where n.status = 'completed'
    ) as g (id, day);
    if ids is not null then
        perform freshet.remove_attempt_facts(ids, days);
    end if;

    select array_agg(c.id), array_agg((c.started_at at time zone 'UTC')::date)
    into ids, days
    from (
        select n.id, n.started_at, n.ended_at, n.org_id, n.user_id, n.scenario_id, n.score, n.duration_seconds, n.talk_ms, n.listen_ms
        from new_rows as n
        where n.status = 'completed'
        except
        select o.id, o.started_at, o.ended_at, o.org_id, o.user_id, o.scenario_id, o.score, o.duration_seconds, o.talk_ms, o.listen_ms
        from old_rows as o
        where o.status = 'completed'
    ) as c;
    if ids is not null then
        perform freshet.write_attempt_facts(ids, days);
    end if;
    return null;
end
$$;

revoke all on function freshet.trigger_populate_fact() from public, anon, authenticated;

comment on function freshet.trigger_populate_fact() is
    'Statement trigger of public.scenario_attempts: writes, changes and removes facts with the status, and writes nothing when no content of a fact has changed.';

-- packs/training/schema/user_role.sql

-- Object: public.user_role
-- Why: type of the application's tables; see public.orgs.
create type public.user_role as enum ('admin', 'manager', 'trainee');

-- packs/training/schema/users.sql

-- Object: public.users
-- Grain: one row per user, whatever their organisations
-- Why: table of the application; see public.orgs.
create table public.users (
    id text primary key check (octet_length(id) <= 1000),
    name text,
    email text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

alter table public.users enable row level security;

revoke all on table public.users from public, anon, authenticated;

grant select on table public.users to authenticated;

grant select, insert, update, delete on table public.users to service_role;

comment on column public.users.id is 'As the identity provider issues it: the sub of the user''s tokens.';

create trigger users_were_updated after update on public.users
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'id');

-- packs/training/schema/write_attempt_facts.sql

-- Object: freshet.write_attempt_facts()
-- Why: a fact is written once, when its attempt is completed; a new score changes it, and an attempt that is no longer
--      completed loses it. Triggers fire once a statement, and a statement that changes no fact writes none, so that
--      views and cached answers over the facts stay valid. Writers of one attempt wait for each other on its row, so
--      the facts follow in the same order. PL/pgSQL keeps the plans: a function in SQL would plan over all partitions
--      at each call.
create function freshet.write_attempt_facts(attempt_ids uuid[], date_keys date[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.fill_days_of_facts(date_keys);
    insert into analytics.fact_scenario_attempts as f (
        attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, date_key
    )
    select
        a.attempt_id, a.org_id, a.user_id, a.scenario_id, a.score, a.duration_seconds, a.talk_ms, a.listen_ms,
        a.started_at, a.ended_at, a.date_key
    from unnest(attempt_ids, date_keys) as k (attempt_id, date_key)
    join freshet.completed_attempts as a on a.attempt_id = k.attempt_id and a.date_key = k.date_key
    -- Month by month: in any other order the rows cost twice as much, since each changes the partition.
    order by a.date_key
    on conflict (attempt_id, date_key) do update
    set org_id = excluded.org_id,
        user_id = excluded.user_id,
        scenario_id = excluded.scenario_id,
        score = excluded.score,
        duration_seconds = excluded.duration_seconds,
        talk_ms = excluded.talk_ms,
        listen_ms = excluded.listen_ms,
        started_at = excluded.started_at,
        ended_at = excluded.ended_at
    where (f.org_id, f.user_id, f.scenario_id, f.score, f.duration_seconds, f.talk_ms, f.listen_ms, f.started_at, f.ended_at)
        is distinct from (
            excluded.org_id, excluded.user_id, excluded.scenario_id, excluded.score, excluded.duration_seconds,
            excluded.talk_ms, excluded.listen_ms, excluded.started_at, excluded.ended_at
        );
end
$$;

revoke all on function freshet.write_attempt_facts(uuid[], date[]) from public, anon, authenticated;

comment on function freshet.write_attempt_facts(uuid[], date[]) is
    'Writes the facts of completed attempts, each identified by its id and day, from the current attempts. Idempotent.';

-- packs/training/schema/backfill_scenario_attempts.sql

-- Object: analytics.backfill_scenario_attempts()
-- Why: writes the facts of attempts that existed before the triggers, or were written past them, and removes facts
--      without a completed attempt. Each call does one batch in a transaction of its own and remembers where it
--      stopped, so that writers wait for one batch at most, and an interrupted backfill continues. (A procedure that
--      commits can neither fix its search path nor be called through the API.) To run it to its end:
--
--      do $$ begin
--          loop
--              exit when (analytics.backfill_scenario_attempts()).finished_at is not null;
--              commit;
--          end loop;
--      end $$;
create function analytics.backfill_scenario_attempts(batch_size integer default 10000)
returns analytics.backfills
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    progress analytics.backfills;
    examined uuid[];
    is_last boolean;
    last_id uuid;
    ids uuid[];
    days date[];
begin
    if batch_size is null or batch_size < 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('batch_size is %s', coalesce(batch_size::text, 'null')),
            hint = 'Give 1 or more.';
    end if;
    -- A second caller waits here and continues with the next batch.
    insert into analytics.backfills as b (backfill) values ('scenario_attempts')
    on conflict (backfill) do update
    set after_id = case when b.finished_at is null then b.after_id end,
        examined_count = case when b.finished_at is null then b.examined_count else 0 end,
        written_count = case when b.finished_at is null then b.written_count else 0 end,
        removed_count = case when b.finished_at is null then b.removed_count else 0 end,
        started_at = case when b.finished_at is null then b.started_at else excluded.started_at end,
        finished_at = null
    returning * into progress;

    -- First, while nothing else is locked. A row dated in the future is no reason to make a month: it waits in the
    -- default partition, where the audit reports it.
    if progress.after_id is null then
        perform analytics.make_fact_partitions(m.month_start, m.month_start)
        from (select distinct date_trunc('month', c.date_key::timestamp)::date as month_start from freshet.completed_attempts as c) as m
        where m.month_start <= now();
        perform freshet.fill_days_of_all_facts();
    end if;

    -- No attempt may change between this read and the write of its fact.
    select coalesce(array_agg(b.id order by b.id), '{}') into examined
    from (
        select a.id
        from public.scenario_attempts as a
        where progress.after_id is null or a.id > progress.after_id
        order by a.id
        limit batch_size
        for share
    ) as b;
    is_last := cardinality(examined) < batch_size;
    last_id := case when is_last then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else examined[batch_size] end;

    select array_agg(f.attempt_id), array_agg(f.date_key) into ids, days
    from analytics.fact_scenario_attempts as f
    where (progress.after_id is null or f.attempt_id > progress.after_id)
        and f.attempt_id <= last_id
        and not exists (
            select from freshet.completed_attempts as c where c.attempt_id = f.attempt_id and c.date_key = f.date_key
        );
    if ids is not null then
        perform freshet.remove_attempt_facts(ids, days);
        progress.removed_count := progress.removed_count + cardinality(ids);
    end if;

    select array_agg(w.attempt_id), array_agg(w.date_key)
    into ids, days
    from (
        select
            c.attempt_id, c.date_key, c.org_id, c.user_id, c.scenario_id, c.score, c.duration_seconds, c.talk_ms, c.listen_ms,
            c.started_at, c.ended_at
        from freshet.completed_attempts as c
        where c.attempt_id = any (examined)
        except
        select
            f.attempt_id, f.date_key, f.org_id, f.user_id, f.scenario_id, f.score, f.duration_seconds, f.talk_ms, f.listen_ms,
            f.started_at, f.ended_at
        from analytics.fact_scenario_attempts as f
        where f.attempt_id = any (examined)
    ) as w;
    if ids is not null then
        perform freshet.write_attempt_facts(ids, days);
        progress.written_count := progress.written_count + cardinality(ids);
    end if;

    progress.examined_count := progress.examined_count + cardinality(examined);
    update analytics.backfills as b
    set after_id = last_id,
        examined_count = progress.examined_count,
        written_count = progress.written_count,
        removed_count = progress.removed_count,
        finished_at = case when is_last then clock_timestamp() end
    where b.backfill = progress.backfill
    returning * into progress;
    raise notice 'backfill of scenario_attempts: % examined, % facts written, % removed, %',
        progress.examined_count, progress.written_count, progress.removed_count,
        case when is_last then 'finished' else 'up to ' || last_id end;
    return progress;
end
$$;

revoke all on function analytics.backfill_scenario_attempts(integer) from public, anon, authenticated;

comment on function analytics.backfill_scenario_attempts(integer) is
    'Brings the facts of the next batch of attempts up to date and returns its progress; call it, each time in a transaction of its own, until finished_at is set. A batch that needs nothing writes no fact. Idempotent; continues after an interruption.';

-- packs/training/schema/dim_orgs.sql

-- Object: analytics.dim_orgs
-- Grain: one row per organisation
-- Reads: public.orgs, by triggers, and nightly
-- Why: reports join the facts with dimensions and with no table of the application; see analytics.dim_users.
create table analytics.dim_orgs (
    org_id uuid primary key,
    name text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null default now()
);

alter table analytics.dim_orgs enable row level security;

revoke all on table analytics.dim_orgs from public, anon, authenticated;

grant select on table analytics.dim_orgs to reporting_user;

comment on table analytics.dim_orgs is 'One row per organisation.';

comment on column analytics.dim_orgs.created_at is 'When the organisation was created, not this row.';

-- packs/training/schema/dim_scenarios.sql

-- Object: analytics.dim_scenarios
-- Grain: one row per scenario
-- Reads: public.scenarios, by triggers, and nightly
-- Serves: /analytics/training/scenarios
-- Why: reports join the facts with dimensions and with no table of the application; see analytics.dim_users.
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

alter table analytics.dim_scenarios enable row level security;

revoke all on table analytics.dim_scenarios from public, anon, authenticated;

grant select on table analytics.dim_scenarios to reporting_user;

comment on table analytics.dim_scenarios is 'One row per scenario.';

comment on column analytics.dim_scenarios.created_at is 'When the scenario was created, not this row.';

-- packs/training/schema/dim_time.sql

-- Object: analytics.dim_time
-- Grain: one row per day
-- Serves: joins of the facts with the calendar
-- Why: the calendar covers five whole years back and five ahead. The job that keeps it ahead also makes the partitions
--      of coming months.
create table analytics.dim_time (
    date_key date primary key,
    year integer not null,
    quarter integer not null,
    month integer not null,
    week integer not null,
    iso_year integer not null,
    day_of_week integer not null,
    day_of_month integer not null,
    day_of_year integer not null,
    is_weekend boolean not null
);

alter table analytics.dim_time enable row level security;

revoke all on table analytics.dim_time from public, anon, authenticated;

grant select on table analytics.dim_time to reporting_user;

comment on column analytics.dim_time.week is
    'ISO week, 1 to 53. It belongs to iso_year, which differs from year around New Year.';

comment on column analytics.dim_time.day_of_week is 'ISO: 1 is Monday, 7 is Sunday.';

comment on column analytics.dim_time.is_weekend is 'Saturday and Sunday.';

comment on table analytics.dim_time is
    'One row per day, from five years before this one to five years after it, and for each day with a fact, however far away.';

-- packs/training/schema/dim_users.sql

-- Object: analytics.dim_users
-- Grain: one row per member of an organisation
-- Reads: public.users, public.org_members, by triggers, and nightly
-- Serves: /analytics/training/recipients
-- Why: reports join the facts with dimensions and with no table of the application. A user may be in several
--      organisations, with another role in each, so the key includes the organisation. A membership with an end date is
--      over without a write: the nightly job updates such rows, and any that were written past the triggers. E-mail
--      addresses of digest recipients are served only to the servers that send the digest.
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

alter table analytics.dim_users enable row level security;

revoke all on table analytics.dim_users from public, anon, authenticated;

grant select on table analytics.dim_users to reporting_user;

comment on table analytics.dim_users is 'One row per member of an organisation, including former members.';

comment on column analytics.dim_users.is_active is
    'Whether the membership lasts: current after each write, else as of last night.';

comment on column analytics.dim_users.created_at is 'When the user was created, not this row.';

comment on column analytics.dim_users.updated_at is 'When the content of this row last changed.';

-- packs/training/schema/fact_scenario_attempts.sql

-- Object: analytics.fact_scenario_attempts, analytics.fact_scenario_attempts_default
-- Grain: one row per completed attempt
-- Reads: public.scenario_attempts, by triggers
-- Why: partitioned by month of the UTC day of the start, so that an old month can be dropped and a new one vacuumed
--      separately. A job makes months ahead. A row whose month has no partition goes to the default partition, and the
--      audit reports it: a row is never refused because a month is missing.
-- Why the checks: a fact is a copy of an attempt and has the same limits. Rows that reach the table past the triggers
--      are in every figure, and one NaN makes the average of an organisation NaN. A person's id is part of the keys of
--      views, and an index entry holds no more than 2,704 bytes: an id that only just fits the table would stop the
--      refresh.
create table analytics.fact_scenario_attempts (
    attempt_id uuid not null,
    org_id uuid not null,
    user_id text not null check (octet_length(user_id) <= 1000),
    scenario_id uuid,
    score numeric check (abs(score) < 1e15),
    duration_seconds integer check (duration_seconds >= 0),
    talk_ms integer check (talk_ms >= 0),
    listen_ms integer check (listen_ms >= 0),
    started_at timestamptz not null check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    ended_at timestamptz check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    -- A generated column cannot be a partition key.
    date_key date not null check (date_key = (started_at at time zone 'UTC')::date),
    created_at timestamptz not null default now(),
    primary key (attempt_id, date_key)
) partition by range (date_key);

create table analytics.fact_scenario_attempts_default partition of analytics.fact_scenario_attempts default;

create index idx_fact_attempts_org_date on analytics.fact_scenario_attempts (org_id, date_key);

create index idx_fact_attempts_user_date on analytics.fact_scenario_attempts (org_id, user_id, date_key);

create index idx_fact_attempts_scenario on analytics.fact_scenario_attempts (org_id, scenario_id);

create index idx_covering on analytics.fact_scenario_attempts (org_id, user_id, started_at) include (score, duration_seconds);

alter table analytics.fact_scenario_attempts enable row level security;

alter table analytics.fact_scenario_attempts_default enable row level security;

revoke all on table analytics.fact_scenario_attempts from public, anon, authenticated;

revoke all on table analytics.fact_scenario_attempts_default from public, anon, authenticated;

grant select on table analytics.fact_scenario_attempts to reporting_user;

comment on table analytics.fact_scenario_attempts is 'One row per completed attempt, written by triggers of public.scenario_attempts.';

comment on column analytics.fact_scenario_attempts.date_key is
    'UTC day of the start: an attempt that crosses midnight belongs to the day on which it began, whole.';

comment on column analytics.fact_scenario_attempts.created_at is
    'When the fact was first written; the attempt has its own created_at.';

comment on table analytics.fact_scenario_attempts_default is 'Facts of months without a partition. The audit warns while there are any (default_partition_used). Repair: select analytics.make_fact_partitions(min(date_key), max(date_key)) from analytics.fact_scenario_attempts_default;';

-- packs/training/schema/kpi_event_types.sql

-- Object: analytics.kpi_event_types
-- Grain: one row per type of event
-- Serves: mv_kpi_weeks and mv_kpi_users, whose rows of zeros come from it
-- Why: one place lists the types.
create view analytics.kpi_event_types
with (security_invoker = on)
as
select t.event_type
from (
    values
        ('filler_word'),
        ('interruption'),
        ('question_asked'),
        ('objection_raised'),
        ('keyword_mentioned'),
        ('long_pause')
) as t (event_type);

revoke all on table analytics.kpi_event_types from public, anon, authenticated;

grant select on table analytics.kpi_event_types to reporting_user;

comment on view analytics.kpi_event_types is 'The six types of event that fact_kpi_events accepts.';

-- packs/training/schema/mv_leaderboard_month.sql

-- Object: analytics.mv_leaderboard_month
-- Grain: one row per organisation, user and (UTC) month with a scored attempt
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/leaderboard
-- Refresh: daily at 02:00 UTC
-- Why: ranks are not stored. A rank is among the people whom the caller may see, so it is computed when the page is
--      read.
create materialized view analytics.mv_leaderboard_month as
with scored_attempts as (
    select
        f.org_id,
        f.user_id,
        date_trunc('month', f.date_key::timestamp)::date as month,
        f.score,
        f.duration_seconds,
        -- Null when the call was silent, or when it was not measured: silence has no shares.
        100.0 * f.talk_ms / nullif(f.talk_ms::bigint + f.listen_ms, 0) as talk_percentage
    from analytics.fact_scenario_attempts as f
    where f.score is not null
)
select
    a.org_id,
    a.user_id,
    a.month,
    round(avg(a.score), 3) as avg_score,
    count(*) as attempts,
    sum(a.duration_seconds) as total_duration,
    round(avg(a.talk_percentage), 3) as avg_talk_percentage,
    sum(a.score) as score_sum
from scored_attempts as a
group by a.org_id, a.user_id, a.month
with no data;

create unique index mv_leaderboard_month_key
    on analytics.mv_leaderboard_month (org_id, month, user_id);

grant select on table analytics.mv_leaderboard_month to reporting_user;

comment on materialized view analytics.mv_leaderboard_month is 'How a user scored in a month.';

comment on column analytics.mv_leaderboard_month.month is 'First day of the month of the UTC start.';

comment on column analytics.mv_leaderboard_month.attempts is
    'Scored attempts; those without a score are in no figure of the row.';

comment on column analytics.mv_leaderboard_month.total_duration is 'Seconds; null when no duration is known.';

comment on column analytics.mv_leaderboard_month.avg_talk_percentage is
    'Mean over the attempts of talk / (talk + listen), 0 to 100; a silent attempt has none.';

comment on column analytics.mv_leaderboard_month.score_sum is 'Sum of their scores, so that averages are exact.';

-- packs/training/schema/mv_org_activity_day.sql

-- Object: analytics.mv_org_activity_day
-- Grain: one row per organisation and UTC day on which an attempt was started or ended
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/attempt-trend, /analytics/training/activity-calendar
-- Serves: source of /analytics/training/org-overview
-- Refresh: hourly
-- Why: "this week" and "this month" follow the clock at the time of the read, and are sums of these days.
create materialized view analytics.mv_org_activity_day as
with started as (
    select
        f.org_id,
        f.date_key as active_on,
        count(*) as started_count,
        count(f.score) as scored_count,
        sum(f.score) as score_sum,
        count(distinct f.user_id) as active_users_count
    from analytics.fact_scenario_attempts as f
    group by f.org_id, f.date_key
),
ended as (
    select
        f.org_id,
        (f.ended_at at time zone 'UTC')::date as active_on,
        count(*) as ended_count,
        count(f.score) as scored_count,
        sum(f.score) as score_sum,
        max(f.ended_at) as last_ended_at
    from analytics.fact_scenario_attempts as f
    where f.ended_at is not null
    group by f.org_id, (f.ended_at at time zone 'UTC')::date
)
select
    org_id,
    active_on,
    coalesce(s.started_count, 0) as started_count,
    coalesce(e.ended_count, 0) as ended_count,
    coalesce(s.scored_count, 0) as scored_count,
    coalesce(s.score_sum, 0) as score_sum,
    coalesce(s.active_users_count, 0) as active_users_count,
    coalesce(sum(e.ended_count) over so_far, 0)::bigint as total_ended_count,
    coalesce(sum(e.scored_count) over so_far, 0)::bigint as total_scored_count,
    coalesce(sum(e.score_sum) over so_far, 0) as total_score_sum,
    max(e.last_ended_at) over so_far as last_ended_at
from started as s
full join ended as e using (org_id, active_on)
window so_far as (partition by org_id order by active_on)
with no data;

create unique index mv_org_activity_day_key
    on analytics.mv_org_activity_day (org_id, active_on);

grant select on table analytics.mv_org_activity_day to reporting_user;

comment on materialized view analytics.mv_org_activity_day is
    'An organisation''s activity on a day, and its totals up to that day.';

comment on column analytics.mv_org_activity_day.active_on is
    'UTC day: of the start for started_count, scored_count, score_sum and active_users_count, of the end for the others.';

comment on column analytics.mv_org_activity_day.started_count is 'Completed attempts that started on the day.';

comment on column analytics.mv_org_activity_day.ended_count is
    'Completed attempts that ended on the day, where the end is known.';

comment on column analytics.mv_org_activity_day.scored_count is 'How many of started_count have a score.';

comment on column analytics.mv_org_activity_day.score_sum is
    'Sum of their scores, so that averages over any days are exact.';

comment on column analytics.mv_org_activity_day.total_ended_count is 'Completed attempts that have ended, up to this day.';

comment on column analytics.mv_org_activity_day.total_scored_count is 'How many of total_ended_count have a score.';

comment on column analytics.mv_org_activity_day.total_score_sum is 'Sum of their scores.';

comment on column analytics.mv_org_activity_day.last_ended_at is 'When the last of them ended; null while there is none.';

-- packs/training/schema/mv_org_overview.sql

-- Object: analytics.mv_org_overview
-- Grain: one row per organisation with an attempt that has ended
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/org-overview
-- Refresh: daily at 02:00 UTC
-- Why: the attempts of this week and this month are not in it. Stored, they would freeze at the refresh; they are
--      counted from mv_org_activity_day when the page is read.
create materialized view analytics.mv_org_overview as
select
    f.org_id,
    count(distinct f.user_id) as active_users,
    count(*) as total_attempts,
    count(f.score) as scored_count,
    round(avg(f.score), 3) as avg_score,
    max(f.ended_at) as last_activity
from analytics.fact_scenario_attempts as f
where f.ended_at is not null
group by f.org_id
with no data;

create unique index mv_org_overview_key
    on analytics.mv_org_overview (org_id);

grant select on table analytics.mv_org_overview to reporting_user;

comment on materialized view analytics.mv_org_overview is 'An organisation in one row, over all time.';

comment on column analytics.mv_org_overview.active_users is 'Users with a completed attempt that has ended.';

comment on column analytics.mv_org_overview.scored_count is 'How many of total_attempts have a score.';

comment on column analytics.mv_org_overview.avg_score is 'Over the scored attempts; null when there is none.';

-- packs/training/schema/mv_scenario_days.sql

-- Object: analytics.mv_scenario_days
-- Grain: one row per organisation, scenario and UTC day on which a scored attempt of it began
-- Reads: analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/scenario-insights and /analytics/training/top-scenarios, for a period
-- Refresh: daily at 02:05 UTC, after mv_scenario_insights
-- Why: the median of a period cannot be summed from days, so each day keeps its scores. From them any period gets the
--      figures that mv_scenario_insights has for all time.
create materialized view analytics.mv_scenario_days as
select
    f.org_id,
    f.scenario_id,
    f.date_key as active_on,
    array_agg(f.score order by f.score) as scores,
    sum(f.duration_seconds) as duration_seconds,
    count(f.duration_seconds) as durations_count,
    max(f.ended_at) as last_ended_at
from analytics.fact_scenario_attempts as f
where f.score is not null and f.scenario_id is not null
group by f.org_id, f.scenario_id, f.date_key
with no data;

create unique index mv_scenario_days_key
    on analytics.mv_scenario_days (org_id, active_on, scenario_id);

comment on materialized view analytics.mv_scenario_days is 'Scores of a scenario on a day.';

comment on column analytics.mv_scenario_days.scores is 'Scores of the scored attempts, one each.';

comment on column analytics.mv_scenario_days.duration_seconds is
    'Seconds of the scored attempts with a known duration, which are durations_count; null when there is none.';

comment on column analytics.mv_scenario_days.last_ended_at is 'End of the last of them; null when no end is known.';

-- packs/training/schema/mv_scenario_insights.sql

-- Object: analytics.mv_scenario_insights
-- Grain: one row per organisation and scenario with a scored attempt
-- Reads: analytics.fact_scenario_attempts, analytics.dim_scenarios
-- Serves: /analytics/training/scenario-insights, /analytics/training/top-scenarios
-- Refresh: daily at 02:00 UTC
-- Why: the spread counts as high from three tenths of the average on. A share of the average means the same on a scale
--      to 5 as on one to 100, which a fixed number of points would not.
create materialized view analytics.mv_scenario_insights as
with scored_attempts as (
    select f.org_id, f.scenario_id, f.score, f.duration_seconds, f.ended_at
    from analytics.fact_scenario_attempts as f
    where f.score is not null and f.scenario_id is not null
),
scenarios as (
    select
        a.org_id,
        a.scenario_id,
        count(*) as attempt_count,
        avg(a.score) as avg_score,
        stddev(a.score) as score_stddev,
        avg(a.duration_seconds) as avg_duration,
        -- The middle value from below and from above, one value or two: percentile_cont would compute in floats.
        (
            percentile_disc(0.5) within group (order by a.score)
            + percentile_disc(0.5) within group (order by a.score desc)
        ) / 2 as median_score,
        max(a.ended_at) as last_attempted
    from scored_attempts as a
    group by a.org_id, a.scenario_id
)
select
    s.org_id,
    s.scenario_id,
    d.title,
    s.attempt_count,
    round(s.avg_score, 3) as avg_score,
    round(s.score_stddev, 3) as score_stddev,
    round(s.avg_duration, 3) as avg_duration,
    round(s.median_score, 3) as median_score,
    s.last_attempted,
    coalesce(s.score_stddev > 0 and s.score_stddev >= 0.3 * s.avg_score, false) as has_high_variance
from scenarios as s
left join analytics.dim_scenarios as d on d.org_id = s.org_id and d.scenario_id = s.scenario_id
with no data;

create unique index mv_scenario_insights_key
    on analytics.mv_scenario_insights (org_id, scenario_id);

grant select on table analytics.mv_scenario_insights to reporting_user;

comment on materialized view analytics.mv_scenario_insights is 'Scores of a scenario over all time.';

comment on column analytics.mv_scenario_insights.attempt_count is 'Scored attempts; those without a score are in no figure of the row.';

comment on column analytics.mv_scenario_insights.score_stddev is 'Sample standard deviation; null for one attempt.';

comment on column analytics.mv_scenario_insights.avg_duration is
    'Seconds, over the scored attempts with a known duration; null when there is none.';

comment on column analytics.mv_scenario_insights.median_score is 'Exact; between two scores, their mean.';

comment on column analytics.mv_scenario_insights.last_attempted is 'End of the last scored attempt; null when no end is known.';

comment on column analytics.mv_scenario_insights.has_high_variance is 'The standard deviation is at least 0.3 of the average: difficulty is inconsistent, or the rubric unclear.';

-- packs/training/schema/mv_user_activity_day.sql

-- Object: analytics.mv_user_activity_day
-- Grain: one row per organisation, user and UTC day on which the user started an attempt
-- Reads: analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/org-overview and /analytics/training/team-overview
-- Refresh: hourly
-- Why: a user who was active on several days counts once, which sums over the organisation's days cannot say.
create materialized view analytics.mv_user_activity_day as
with started as (
    select
        f.org_id,
        f.user_id,
        f.date_key as active_on,
        count(*) as attempts_count,
        count(f.score) as scored_count,
        sum(f.score) as score_sum,
        sum(f.duration_seconds) as duration_seconds
    from analytics.fact_scenario_attempts as f
    group by f.org_id, f.user_id, f.date_key
),
ended as (
    select f.org_id, f.user_id, (f.ended_at at time zone 'UTC')::date as active_on, count(*) as ended_count
    from analytics.fact_scenario_attempts as f
    where f.ended_at is not null
    group by f.org_id, f.user_id, (f.ended_at at time zone 'UTC')::date
)
select
    org_id,
    user_id,
    active_on,
    coalesce(s.attempts_count, 0) as attempts_count,
    coalesce(s.scored_count, 0) as scored_count,
    coalesce(s.score_sum, 0) as score_sum,
    coalesce(s.duration_seconds, 0) as duration_seconds,
    coalesce(e.ended_count, 0) as ended_count,
    e.active_on is not null and e.active_on = min(e.active_on) over (partition by org_id, user_id) as is_first_end
from started as s
full join ended as e using (org_id, user_id, active_on)
with no data;

create unique index mv_user_activity_day_key
    on analytics.mv_user_activity_day (org_id, active_on, user_id);

create index mv_user_activity_day_first_ends_idx
    on analytics.mv_user_activity_day (org_id, active_on) where is_first_end;

grant select on table analytics.mv_user_activity_day to reporting_user;

comment on materialized view analytics.mv_user_activity_day is 'A user''s activity on a day.';

comment on column analytics.mv_user_activity_day.active_on is 'UTC day: of the end for ended_count and is_first_end, of the start for the others.';

comment on column analytics.mv_user_activity_day.attempts_count is 'Completed attempts that started on the day.';

comment on column analytics.mv_user_activity_day.score_sum is
    'Sum of the scores, so that averages over any days are exact.';

comment on column analytics.mv_user_activity_day.duration_seconds is
    'Seconds of the attempts with a known duration; the others add nothing.';

comment on column analytics.mv_user_activity_day.ended_count is
    'Completed attempts that ended on the day, where the end is known.';

comment on column analytics.mv_user_activity_day.is_first_end is
    'Whether the user''s first ended attempt ended on this day.';

-- packs/training/schema/named_attempts.sql

-- Object: analytics.named_attempts
-- Grain: one row per completed attempt
-- Reads: analytics.fact_scenario_attempts, analytics.dim_users, analytics.dim_scenarios
-- Serves: /analytics/training/attempts, /analytics/training/me/attempts (through analytics.attempt_list); BI tools
-- Why: a list of attempts shows names. It is read live, a page at a time: the day comes first in its order, so that a
--      page comes from the partitions and the index of its days.
create view analytics.named_attempts
with (security_invoker = on)
as
select
    f.attempt_id,
    f.org_id,
    f.user_id,
    u.name as user_name,
    f.scenario_id,
    s.title as scenario_title,
    f.score,
    f.duration_seconds,
    f.talk_ms,
    f.listen_ms,
    f.date_key as started_on,
    f.started_at,
    f.ended_at
from analytics.fact_scenario_attempts as f
left join analytics.dim_users as u on u.org_id = f.org_id and u.user_id = f.user_id
left join analytics.dim_scenarios as s on s.scenario_id = f.scenario_id;

revoke all on table analytics.named_attempts from public, anon, authenticated;

grant select on table analytics.named_attempts to reporting_user;

comment on view analytics.named_attempts is 'Completed attempts with the names of user and scenario.';

comment on column analytics.named_attempts.started_on is 'UTC day of the start.';

-- packs/training/schema/org_overviews.sql

-- Object: analytics.org_overviews
-- Grain: one row per organisation and day of dim_time, the day of the read
-- Reads: analytics.mv_org_activity_day, analytics.mv_user_activity_day, analytics.dim_orgs, analytics.dim_time
-- Serves: /analytics/training/org-overview
-- Why: one definition of an organisation's figures, for the API and for BI tools. Totals and windows come from the same
--      rows: the attempts from the organisation's days, the users from theirs. Rows dated after the day of the read are
--      left out.
create view analytics.org_overviews
with (security_invoker = on)
as
select
    t.date_key as read_on,
    o.org_id,
    o.name,
    u.active_users,
    u.active_users_this_month,
    coalesce(l.total_ended_count, 0) as total_attempts,
    coalesce(a.this_week, 0)::bigint as attempts_this_week,
    coalesce(a.this_month, 0)::bigint as attempts_this_month,
    round(l.total_score_sum / nullif(l.total_scored_count, 0), 3) as avg_score,
    coalesce(l.total_scored_count, 0) as scored_count,
    l.last_ended_at as last_activity
from analytics.dim_time as t
cross join analytics.dim_orgs as o
left join lateral (
    select d.total_ended_count, d.total_scored_count, d.total_score_sum, d.last_ended_at
    from analytics.mv_org_activity_day as d
    where d.org_id = o.org_id and d.active_on <= t.date_key
    order by d.active_on desc
    limit 1
) as l on true
left join lateral (
    select
        sum(d.ended_count) filter (where d.active_on > t.date_key - 7) as this_week,
        sum(d.ended_count) as this_month
    from analytics.mv_org_activity_day as d
    where d.org_id = o.org_id and d.active_on > t.date_key - 30 and d.active_on <= t.date_key
) as a on true
left join lateral (
    select
        (
            select count(*)
            from analytics.mv_user_activity_day as f
            where f.org_id = o.org_id and f.is_first_end and f.active_on <= t.date_key
        ) as active_users,
        (
            select count(distinct m.user_id)
            from analytics.mv_user_activity_day as m
            where m.org_id = o.org_id and m.ended_count > 0 and m.active_on > t.date_key - 30 and m.active_on <= t.date_key
        ) as active_users_this_month
) as u on true;

revoke all on table analytics.org_overviews from public, anon, authenticated;

grant select on table analytics.org_overviews to reporting_user;

comment on view analytics.org_overviews is
    'An organisation in one row, as read on a day. Filter by one day: where read_on = ….';

comment on column analytics.org_overviews.read_on is
    'The UTC day of the read: windows end with it, and later rows are left out.';

comment on column analytics.org_overviews.active_users is 'Users with a completed attempt that has ended.';

comment on column analytics.org_overviews.active_users_this_month is 'Of them, those with one that ended on one of the 30 days that end with read_on.';

comment on column analytics.org_overviews.attempts_this_week is 'Completed attempts that ended on one of the seven days that end with read_on.';

comment on column analytics.org_overviews.scored_count is
    'How many of total_attempts have a score: the basis of avg_score.';

-- packs/training/schema/orgs.sql

-- Object: public.orgs
-- Grain: one row per organisation
-- Why: this and the pack's other tables in public belong to the application, which writes here; nothing analytical is
--      ever added to them. Every reference stays inside its organisation, so that two organisations with the same user
--      never mix. A moment before 1970, or one that no date of four digits can name, comes from a broken clock and is
--      refused: one such row would break every answer that contains it. Row security: members read their organisation's
--      catalogue; rows of people are read by admins for everybody, by managers for their people and themselves, by
--      trainees for themselves. Only the service role writes.
create table public.orgs (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    created_at timestamptz not null default now()
);

alter table public.orgs enable row level security;

revoke all on table public.orgs from public, anon, authenticated;

grant select on table public.orgs to authenticated;

grant select, insert, update, delete on table public.orgs to service_role;

grant select (id) on table public.orgs to supabase_auth_admin;

create trigger orgs_were_inserted after insert on public.orgs
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_orgs', 'id');

create trigger orgs_were_updated after update on public.orgs
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_orgs', 'id');

create trigger orgs_were_replaced after update on public.orgs
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_orgs', 'id');

create trigger orgs_were_deleted after delete on public.orgs
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_orgs', 'id');

create trigger orgs_were_truncated after truncate on public.orgs
    for each statement execute function freshet.empty_derived_table('dim_orgs');

create trigger orgs_ask_for_a_refresh after delete on public.orgs
    referencing old table as old_rows
    for each statement execute function freshet.orgs_were_deleted();

-- packs/training/schema/outdated_dim_orgs.sql

-- Object: freshet.outdated_dim_orgs
-- Grain: one row per organisation whose row of analytics.dim_orgs is missing, wrong or left over
-- Why: the synchronisation writes only what differs.
create view freshet.outdated_dim_orgs with (security_invoker = on) as
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

revoke all on table freshet.outdated_dim_orgs from public, anon, authenticated;

comment on view freshet.outdated_dim_orgs is 'Differences between analytics.dim_orgs and public.orgs.';

-- packs/training/schema/scenarios.sql

-- Object: public.scenarios
-- Grain: one row per scenario of an organisation
-- Why: table of the application; see public.orgs.
create table public.scenarios (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null references public.orgs (id) on delete cascade,
    title text not null,
    difficulty text,
    category text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (org_id, id)
);

alter table public.scenarios enable row level security;

revoke all on table public.scenarios from public, anon, authenticated;

grant select on table public.scenarios to authenticated;

grant select, insert, update, delete on table public.scenarios to service_role;

create trigger scenarios_were_inserted after insert on public.scenarios
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_scenarios', 'id');

create trigger scenarios_were_updated after update on public.scenarios
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_scenarios', 'id');

create trigger scenarios_were_replaced after update on public.scenarios
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_scenarios', 'id');

create trigger scenarios_were_deleted after delete on public.scenarios
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_scenarios', 'id');

create trigger scenarios_were_truncated after truncate on public.scenarios
    for each statement execute function freshet.empty_derived_table('dim_scenarios');

-- packs/training/schema/leaderboard_months.sql

-- Object: analytics.leaderboard_months
-- Grain: as analytics.mv_leaderboard_month
-- Reads: analytics.mv_leaderboard_month
-- Serves: the reading of /analytics/training/leaderboard
-- Why: ranks go by the exact average: two people whose averages are equal after rounding still have an order. Thirty
--      decimals are the same for the same average, however many attempts are behind it.
create view analytics.leaderboard_months
with (security_invoker = on)
as
select
    l.org_id,
    l.user_id,
    l.month,
    round(l.score_sum::numeric(60, 30) / l.attempts, 30) as exact_avg_score,
    l.avg_score,
    l.attempts,
    l.total_duration,
    l.avg_talk_percentage
from analytics.mv_leaderboard_month as l;

revoke all on table analytics.leaderboard_months from public, anon, authenticated;

grant select on table analytics.leaderboard_months to reporting_user;

comment on view analytics.leaderboard_months is
    'mv_leaderboard_month with the exact average that decides ranks and changes.';

comment on column analytics.leaderboard_months.exact_avg_score is
    'To thirty decimals: equal exactly where the averages are.';

-- packs/training/schema/org_members.sql

-- Object: public.org_members
-- Grain: one row per user and organisation, kept after the user has left
-- Why: table of the application; see public.orgs. The one source of membership and role: a token that took them from a
--      second table would still say "manager" after the manager has left. public.user_roles only chooses among several
--      organisations, and decides alone for organisations that this pack does not know.
create table public.org_members (
    org_id uuid not null references public.orgs (id) on delete cascade,
    user_id text not null references public.users (id) on delete cascade,
    role public.user_role not null default 'trainee',
    manager_id text check (manager_id <> user_id),
    joined_at timestamptz not null default now(),
    left_at timestamptz,
    primary key (org_id, user_id),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete set null (manager_id)
);

create index org_members_user_id_idx on public.org_members (user_id);

create index org_members_manager_id_idx on public.org_members (org_id, manager_id);

-- A membership with an end date (left_at) is over at that moment, without a write: the live relations people_of_manager
-- and team_members look for such moments.
create index org_members_left_at_idx on public.org_members (left_at) where left_at is not null;

alter table public.org_members enable row level security;

revoke all on table public.org_members from public, anon, authenticated;

grant select on table public.org_members to authenticated;

grant select, insert, update, delete on table public.org_members to service_role;

-- For public.organisation_of_token(), which the access token hook calls with the rights of auth.
grant select (org_id, user_id, role, left_at) on table public.org_members to supabase_auth_admin;

comment on column public.org_members.manager_id is 'The manager whose team counts the member; null at the top.';

comment on column public.org_members.left_at is
    'Null, or in the future, while the membership lasts. A former member keeps the row: past activity stays in the figures.';

create trigger members_were_inserted after insert on public.org_members
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'user_id');

create trigger members_were_updated after update on public.org_members
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'user_id');

-- A membership may be given to another user: the previous one is concerned too.
create trigger members_were_replaced after update on public.org_members
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'user_id');

create trigger members_were_deleted after delete on public.org_members
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'user_id');

create trigger members_were_truncated after truncate on public.org_members
    for each statement execute function freshet.empty_derived_table('dim_users');

-- packs/training/schema/outdated_dim_scenarios.sql

-- Object: freshet.outdated_dim_scenarios
-- Grain: one row per scenario whose row of analytics.dim_scenarios is missing, wrong or left over
-- Why: the synchronisation writes only what differs.
create view freshet.outdated_dim_scenarios with (security_invoker = on) as
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

revoke all on table freshet.outdated_dim_scenarios from public, anon, authenticated;

comment on view freshet.outdated_dim_scenarios is 'Differences between analytics.dim_scenarios and public.scenarios.';

-- packs/training/schema/scenario_attempts.sql

-- Object: public.scenario_attempts
-- Grain: one row per attempt of a user, with or without a scenario
-- Why: table of the application; see public.orgs. Its triggers keep analytics.fact_scenario_attempts.
-- Why feedback_id: lists of attempts link to the feedback; see analytics.attempt_list.
create table public.scenario_attempts (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null,
    user_id text not null,
    scenario_id uuid,
    status text not null default 'started' check (status in ('started', 'completed', 'abandoned')),
    score numeric check (abs(score) < 1e15),
    duration_seconds integer check (duration_seconds >= 0),
    talk_ms integer check (talk_ms >= 0),
    listen_ms integer check (listen_ms >= 0),
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    ended_at timestamptz check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    created_at timestamptz not null default now(),
    feedback_id text check (octet_length(feedback_id) between 1 and 500),
    foreign key (org_id, user_id) references public.org_members (org_id, user_id) on delete cascade,
    foreign key (org_id, scenario_id) references public.scenarios (org_id, id) on delete set null (scenario_id)
);

create index scenario_attempts_user_id_idx on public.scenario_attempts (org_id, user_id, started_at);

create index scenario_attempts_scenario_id_idx on public.scenario_attempts (org_id, scenario_id);

alter table public.scenario_attempts enable row level security;

revoke all on table public.scenario_attempts from public, anon, authenticated;

grant select on table public.scenario_attempts to authenticated;

grant select, insert, update, delete on table public.scenario_attempts to service_role;

comment on column public.scenario_attempts.scenario_id is 'Null for an attempt without a scenario, and when the scenario was deleted.';

comment on column public.scenario_attempts.score is 'Null where the attempt was not scored.';

comment on column public.scenario_attempts.duration_seconds is 'Null where it was not measured, as talk_ms and listen_ms.';

comment on column public.scenario_attempts.ended_at is 'Null while the attempt runs, and where its end was never reported.';

comment on column public.scenario_attempts.feedback_id is
    'The application''s id of the feedback on the attempt: any key or path. Null while there is none.';

create trigger attempts_were_inserted after insert on public.scenario_attempts
    referencing new table as new_rows
    for each statement execute function freshet.attempts_were_inserted();

create trigger populate_fact_on_completion after update on public.scenario_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.trigger_populate_fact();

create trigger attempts_were_deleted after delete on public.scenario_attempts
    referencing old table as old_rows
    for each statement execute function freshet.attempts_were_deleted();

create trigger attempts_were_truncated after truncate on public.scenario_attempts
    for each statement execute function freshet.empty_derived_table('fact_scenario_attempts');

create trigger attempts_changed_hands after update on public.scenario_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.attempts_changed_hands();

-- packs/training/schema/teams.sql

-- Object: public.teams
-- Grain: one row per named team
-- Why: table of the application; see public.orgs.
create table public.teams (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null,
    manager_id text not null,
    name text not null,
    unique (org_id, manager_id),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade
);

alter table public.teams enable row level security;

revoke all on table public.teams from public, anon, authenticated;

grant select on table public.teams to authenticated;

grant select, insert, update, delete on table public.teams to service_role;

comment on table public.teams is 'The members of a team are those whose org_members.manager_id is its manager.';

-- packs/training/schema/assignments.sql

-- Object: public.assignments
-- Grain: one row per scenario that a person was asked to do
-- Why: table of the application; see public.orgs.
create table public.assignments (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null,
    scenario_id uuid not null,
    assignee_id text not null,
    due_on date check (due_on between '1970-01-01' and '9999-12-31'),
    is_required boolean not null default true,
    assigned_at timestamptz not null default now() check (assigned_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    foreign key (org_id, scenario_id) references public.scenarios (org_id, id) on delete cascade,
    foreign key (org_id, assignee_id) references public.org_members (org_id, user_id) on delete cascade
);

create index assignments_scenario_id_idx on public.assignments (org_id, scenario_id);

create index assignments_assignee_id_idx on public.assignments (org_id, assignee_id);

alter table public.assignments enable row level security;

revoke all on table public.assignments from public, anon, authenticated;

grant select on table public.assignments to authenticated;

grant select, insert, update, delete on table public.assignments to service_role;

comment on column public.assignments.due_on is 'The last (UTC) day that is in time; null without a due date.';

-- packs/training/schema/attempt_list.sql

-- Object: analytics.attempt_list
-- Grain: one row per completed attempt
-- Reads: analytics.named_attempts, public.scenario_attempts, analytics.dim_scenarios
-- Serves: /analytics/training/attempts, /analytics/training/me/attempts
-- Why: a list of attempts has a button that opens the feedback, which the application holds under an id of its own. The
--      id is not a figure, so the facts do not copy it; it is looked up for the rows of a page. BI tools read
--      named_attempts, which contains nothing of the application's tables.
create view analytics.attempt_list
with (security_invoker = on)
as
select
    n.attempt_id,
    n.org_id,
    n.user_id,
    n.user_name,
    n.scenario_id,
    n.scenario_title,
    s.difficulty,
    s.category,
    n.score,
    n.duration_seconds,
    n.talk_ms,
    n.listen_ms,
    n.started_on,
    n.started_at,
    n.ended_at,
    -- Not joined: a page of fifty needs fifty lookups, after it was sorted and cut.
    (select a.feedback_id from public.scenario_attempts as a where a.id = n.attempt_id and a.org_id = n.org_id) as feedback_id
from analytics.named_attempts as n
left join analytics.dim_scenarios as s on s.scenario_id = n.scenario_id;

revoke all on table analytics.attempt_list from public, anon, authenticated;

comment on view analytics.attempt_list is
    'Completed attempts with the names of user and scenario, and the id of the feedback.';

comment on column analytics.attempt_list.started_on is 'UTC day of the start.';

comment on column analytics.attempt_list.feedback_id is
    'The application''s id of the feedback; null while there is none.';

-- packs/training/schema/completed_attempts.sql

-- Object: freshet.completed_attempts
-- Grain: one row per completed attempt
-- Reads: public.scenario_attempts
-- Serves: freshet.write_attempt_facts() and the backfill
-- Why: one place maps an attempt to its fact.
create view freshet.completed_attempts with (security_invoker = on) as
select
    a.id as attempt_id,
    a.org_id,
    a.user_id,
    a.scenario_id,
    a.score,
    a.duration_seconds,
    a.talk_ms,
    a.listen_ms,
    a.started_at,
    a.ended_at,
    (a.started_at at time zone 'UTC')::date as date_key
from public.scenario_attempts as a
where a.status = 'completed';

revoke all on table freshet.completed_attempts from public, anon, authenticated;

comment on view freshet.completed_attempts is
    'The rows that analytics.fact_scenario_attempts should hold. Grain: one row per completed attempt.';

-- packs/training/schema/current_dim_users.sql

-- Object: freshet.current_dim_users
-- Grain: one row per member of an organisation
-- Reads: public.users, public.org_members
-- Serves: the synchronisation of analytics.dim_users
-- Why: one place maps a member to its row of the dimension.
create view freshet.current_dim_users with (security_invoker = on) as
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

revoke all on table freshet.current_dim_users from public, anon, authenticated;

comment on view freshet.current_dim_users is
    'The rows that analytics.dim_users should hold. Grain: one row per member of an organisation.';

-- packs/training/schema/dotted_lines.sql

-- Object: public.dotted_lines
-- Grain: one row per member and second manager
-- Why: table of the application; see public.orgs.
create table public.dotted_lines (
    org_id uuid not null,
    user_id text not null,
    manager_id text not null check (manager_id <> user_id),
    primary key (org_id, user_id, manager_id),
    foreign key (org_id, user_id) references public.org_members (org_id, user_id) on delete cascade,
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade
);

create index dotted_lines_manager_id_idx on public.dotted_lines (org_id, manager_id);

alter table public.dotted_lines enable row level security;

revoke all on table public.dotted_lines from public, anon, authenticated;

grant select on table public.dotted_lines to authenticated;

grant select, insert, update, delete on table public.dotted_lines to service_role;

comment on table public.dotted_lines is 'A second manager, who can see the member but whose team does not count them.';

-- packs/training/schema/fact_kpi_events.sql

-- Object: analytics.fact_kpi_events
-- Grain: one row per event in an attempt
-- Why: written by the application that listens to the call, for attempts that may still run. Organisation, user and
--      scenario of an event are checked against its attempt, and follow it: otherwise one organisation's event could
--      count for another.
create table analytics.fact_kpi_events (
    id uuid primary key default gen_random_uuid(),
    attempt_id uuid not null references public.scenario_attempts (id) on delete cascade,
    org_id uuid not null,
    user_id text not null,
    scenario_id uuid,
    event_type text not null check (freshet.assert_kpi_event_type(event_type)),
    event_value jsonb,
    timestamp_ms integer check (timestamp_ms >= 0),
    created_at timestamptz not null default now()
);

create index fact_kpi_events_attempt_id_idx on analytics.fact_kpi_events (attempt_id);

create index fact_kpi_events_org_id_idx on analytics.fact_kpi_events (org_id, event_type);

alter table analytics.fact_kpi_events enable row level security;

revoke all on table analytics.fact_kpi_events from public, anon, authenticated;

grant select, insert, update, delete on table analytics.fact_kpi_events to service_role;

grant select on table analytics.fact_kpi_events to reporting_user;

comment on table analytics.fact_kpi_events is
    'Events in the call of an attempt: one row each. Written by the application, with the secret key.';

comment on column analytics.fact_kpi_events.timestamp_ms is 'Milliseconds from the start of the attempt; null where it was not measured.';

comment on column analytics.fact_kpi_events.event_value is
    'Details that the application has about the event, for example the word.';

comment on column analytics.fact_kpi_events.scenario_id is
    'The scenario of the attempt, or null where the writer gave none.';

create trigger kpi_events_were_inserted after insert on analytics.fact_kpi_events
    referencing new table as new_rows
    for each statement execute function freshet.check_kpi_events();

create trigger kpi_events_were_updated after update on analytics.fact_kpi_events
    referencing new table as new_rows
    for each statement execute function freshet.check_kpi_events();

-- packs/training/schema/mv_kpi_attempts.sql

-- Object: analytics.mv_kpi_attempts
-- Grain: one row per completed attempt
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/kpi/weekly and /analytics/training/kpi/cohorts, for a period or a scenario
-- Refresh: hourly
-- Why: figures of weeks and people over any period and scenario are computed from attempts with their events, including
--      attempts without an event.
create materialized view analytics.mv_kpi_attempts as
with counted as (
    select e.org_id, e.attempt_id, e.event_type, count(*) as events_count
    from analytics.fact_kpi_events as e
    group by e.org_id, e.attempt_id, e.event_type
),
events as (
    select c.org_id, c.attempt_id, jsonb_object_agg(c.event_type, c.events_count) as events
    from counted as c
    group by c.org_id, c.attempt_id
)
select
    f.org_id,
    f.attempt_id,
    f.date_key as active_on,
    f.user_id,
    f.scenario_id,
    f.score,
    coalesce(e.events, '{}'::jsonb) as events
from analytics.fact_scenario_attempts as f
left join events as e on e.org_id = f.org_id and e.attempt_id = f.attempt_id
with no data;

create unique index mv_kpi_attempts_key
    on analytics.mv_kpi_attempts (org_id, active_on, attempt_id);

comment on materialized view analytics.mv_kpi_attempts is 'How often events occur in an attempt.';

comment on column analytics.mv_kpi_attempts.active_on is 'UTC day of the start.';

comment on column analytics.mv_kpi_attempts.events is 'Number of events by type; a type that did not occur is absent.';

-- packs/training/schema/mv_kpi_call_days.sql

-- Object: analytics.mv_kpi_call_days
-- Grain: one row per organisation, event type, UTC day of the attempt's start, scenario, and minute of the call in
--      which the event occurred
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/kpi/heatmap, for a period or a scenario
-- Refresh: hourly
-- Why: an attempt has one day and one scenario, so its minutes can be summed over any of them.
create materialized view analytics.mv_kpi_call_days as
select
    f.org_id,
    e.event_type,
    f.date_key as active_on,
    -- An empty text for an attempt without a scenario: a key may not be null.
    coalesce(f.scenario_id::text, '') as scenario_key,
    e.timestamp_ms / 60000 as minute_of_call,
    count(*) as events_count,
    count(distinct e.attempt_id) as attempts_count
from analytics.fact_kpi_events as e
join analytics.fact_scenario_attempts as f on f.attempt_id = e.attempt_id and f.org_id = e.org_id
where e.timestamp_ms is not null
group by f.org_id, e.event_type, f.date_key, coalesce(f.scenario_id::text, ''), e.timestamp_ms / 60000
with no data;

create unique index mv_kpi_call_days_key
    on analytics.mv_kpi_call_days (org_id, event_type, active_on, scenario_key, minute_of_call);

comment on materialized view analytics.mv_kpi_call_days is
    'When in a call events occur, by day and scenario. For completed attempts, where the moment is known.';

comment on column analytics.mv_kpi_call_days.scenario_key is 'scenario_id as text; empty for attempts without a scenario.';

comment on column analytics.mv_kpi_call_days.attempts_count is 'Attempts with such an event in this minute.';

-- packs/training/schema/mv_kpi_call_minutes.sql

-- Object: analytics.mv_kpi_call_minutes
-- Grain: one row per organisation, event type and minute of the call in which the event occurred
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts
-- Serves: /analytics/training/kpi/heatmap
-- Refresh: hourly
-- Why: over all time the minutes are stored, so that the usual request reads few rows.
create materialized view analytics.mv_kpi_call_minutes as
select
    f.org_id,
    e.event_type,
    e.timestamp_ms / 60000 as minute_of_call,
    count(*) as events_count,
    count(distinct e.attempt_id) as attempts_count
from analytics.fact_kpi_events as e
join analytics.fact_scenario_attempts as f on f.attempt_id = e.attempt_id and f.org_id = e.org_id
where e.timestamp_ms is not null
group by f.org_id, e.event_type, e.timestamp_ms / 60000
with no data;

create unique index mv_kpi_call_minutes_key
    on analytics.mv_kpi_call_minutes (org_id, event_type, minute_of_call);

grant select on table analytics.mv_kpi_call_minutes to reporting_user;

comment on materialized view analytics.mv_kpi_call_minutes is
    'When in a call events occur. For completed attempts, where the moment is known.';

comment on column analytics.mv_kpi_call_minutes.minute_of_call is '0 for the first 60 seconds.';

comment on column analytics.mv_kpi_call_minutes.attempts_count is 'Attempts with such an event in this minute.';

-- packs/training/schema/mv_kpi_users.sql

-- Object: analytics.mv_kpi_users
-- Grain: one row per organisation, user with a completed attempt, and event type, those that never occurred included
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts, analytics.kpi_event_types
-- Serves: /analytics/training/kpi/cohorts
-- Refresh: hourly
-- Why: a user who never asked a question belongs to the cohort with few questions, so there is a row of zero for them.
create materialized view analytics.mv_kpi_users as
with users as (
    select
        f.org_id,
        f.user_id,
        count(*) as attempts_count,
        count(f.score) as scored_count,
        coalesce(sum(f.score), 0) as score_sum
    from analytics.fact_scenario_attempts as f
    group by f.org_id, f.user_id
),
events as (
    select f.org_id, f.user_id, e.event_type, count(*) as events_count
    from analytics.fact_kpi_events as e
    join analytics.fact_scenario_attempts as f on f.attempt_id = e.attempt_id and f.org_id = e.org_id
    group by f.org_id, f.user_id, e.event_type
)
select
    u.org_id,
    u.user_id,
    t.event_type,
    u.attempts_count,
    coalesce(e.events_count, 0) as events_count,
    u.scored_count,
    u.score_sum
from users as u
cross join analytics.kpi_event_types as t
left join events as e on e.org_id = u.org_id and e.user_id = u.user_id and e.event_type = t.event_type
with no data;

create unique index mv_kpi_users_key
    on analytics.mv_kpi_users (org_id, event_type, user_id);

grant select on table analytics.mv_kpi_users to reporting_user;

comment on materialized view analytics.mv_kpi_users is 'How often events occur in a user''s attempts.';

comment on column analytics.mv_kpi_users.attempts_count is 'All completed attempts of the user.';

comment on column analytics.mv_kpi_users.score_sum is 'Sum of their scores, so that averages over any users are exact.';

-- packs/training/schema/mv_kpi_weeks.sql

-- Object: analytics.mv_kpi_weeks
-- Grain: one row per organisation, event type and week (Monday, UTC) with a completed attempt
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts, analytics.kpi_event_types
-- Serves: /analytics/training/kpi/weekly
-- Refresh: hourly
-- Why: a week without an interruption is a row of zeros, not a gap: it may be the very goal of a changed script.
create materialized view analytics.mv_kpi_weeks as
with attempts as (
    select
        f.org_id,
        f.attempt_id,
        date_trunc('week', f.date_key::timestamp)::date as week_start
    from analytics.fact_scenario_attempts as f
),
weeks as (
    select a.org_id, a.week_start, t.event_type, count(*) as attempts_count
    from attempts as a
    cross join analytics.kpi_event_types as t
    group by a.org_id, a.week_start, t.event_type
),
events as (
    select
        a.org_id,
        a.week_start,
        e.event_type,
        count(*) as events_count,
        count(distinct e.attempt_id) as attempts_with_events_count
    from analytics.fact_kpi_events as e
    join attempts as a on a.attempt_id = e.attempt_id and a.org_id = e.org_id
    group by a.org_id, a.week_start, e.event_type
)
select
    w.org_id,
    w.event_type,
    w.week_start,
    coalesce(e.events_count, 0) as events_count,
    coalesce(e.attempts_with_events_count, 0) as attempts_with_events_count,
    w.attempts_count,
    round(coalesce(e.events_count, 0)::numeric / w.attempts_count, 4) as events_per_attempt
from weeks as w
left join events as e on e.org_id = w.org_id and e.week_start = w.week_start and e.event_type = w.event_type
with no data;

create unique index mv_kpi_weeks_key
    on analytics.mv_kpi_weeks (org_id, event_type, week_start);

grant select on table analytics.mv_kpi_weeks to reporting_user;

comment on materialized view analytics.mv_kpi_weeks is 'How often events occur, by week.';

comment on column analytics.mv_kpi_weeks.week_start is 'Monday of the ISO week of the UTC start of the attempt.';

comment on column analytics.mv_kpi_weeks.attempts_with_events_count is 'Attempts with at least one such event.';

comment on column analytics.mv_kpi_weeks.attempts_count is
    'All completed attempts of the week, with and without such an event.';

comment on column analytics.mv_kpi_weeks.events_per_attempt is 'events_count / attempts_count, four decimals.';

-- packs/training/schema/outdated_dim_users.sql

-- Object: freshet.outdated_dim_users
-- Grain: one row per member whose row of analytics.dim_users is missing, wrong or left over
-- Why: the synchronisation writes only what differs.
create view freshet.outdated_dim_users with (security_invoker = on) as
(
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at from freshet.current_dim_users as c
    except
    select d.org_id, d.user_id, d.name, d.email, d.role, d.is_active, d.created_at from analytics.dim_users as d
)
union all
(
    select d.org_id, d.user_id, d.name, d.email, d.role, d.is_active, d.created_at from analytics.dim_users as d
    except
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at from freshet.current_dim_users as c
);

revoke all on table freshet.outdated_dim_users from public, anon, authenticated;

comment on view freshet.outdated_dim_users is 'Differences between analytics.dim_users and freshet.current_dim_users.';

-- packs/training/schema/people_attempts.sql

-- Object: analytics.people_attempts
-- Grain: one row per attempt, whatever its status
-- Reads: public.scenario_attempts, analytics.dim_users, analytics.dim_scenarios
-- Serves: /analytics/training/people/attempts
-- Why: a manager also sees attempts that were begun and not completed, which are not facts: the attempts of their
--      people are few, and the index by person finds them.
create view analytics.people_attempts
with (security_invoker = on)
as
select
    a.id as attempt_id,
    a.org_id,
    a.user_id,
    u.name as user_name,
    a.scenario_id,
    s.title as scenario_title,
    s.difficulty,
    s.category,
    a.status,
    a.score,
    a.duration_seconds,
    (a.started_at at time zone 'UTC')::date as started_on,
    a.started_at,
    a.ended_at,
    a.feedback_id
from public.scenario_attempts as a
left join analytics.dim_users as u on u.org_id = a.org_id and u.user_id = a.user_id
left join analytics.dim_scenarios as s on s.scenario_id = a.scenario_id;

revoke all on table analytics.people_attempts from public, anon, authenticated;

comment on view analytics.people_attempts is
    'Attempts in any status, also those that were begun and not completed. Filter by people of an organisation.';

comment on column analytics.people_attempts.started_on is 'UTC day of the start.';

-- packs/training/schema/team_members.sql

-- Object: analytics.team_members
-- Grain: one row per team and active member, and one without a member for an empty team
-- Reads: public.teams, public.org_members, public.dotted_lines, analytics.dim_users
-- Serves: source of /analytics/training/team-overview
-- Why: one place decides which team counts a member. A dotted line lets a manager see a person; the team does not count
--      them.
create view analytics.team_members
with (security_invoker = on)
as
with managers as (
    select t.org_id, t.manager_id from public.teams as t
    union
    select m.org_id, m.manager_id
    from public.org_members as m
    where m.manager_id is not null and (m.left_at is null or m.left_at > now())
    union
    select d.org_id, d.manager_id
    from public.dotted_lines as d
    join public.org_members as m on m.org_id = d.org_id and m.user_id = d.user_id
    where m.left_at is null or m.left_at > now()
)
select
    g.org_id,
    t.id as team_id,
    g.manager_id,
    coalesce(t.name, u.name) as name,
    b.left_at is null or b.left_at > now() as is_led,
    m.user_id
from managers as g
join public.org_members as b on b.org_id = g.org_id and b.user_id = g.manager_id
left join public.teams as t on t.org_id = g.org_id and t.manager_id = g.manager_id
left join analytics.dim_users as u on u.org_id = g.org_id and u.user_id = g.manager_id
left join public.org_members as m
    on m.org_id = g.org_id
    and m.manager_id = g.manager_id
    and (m.left_at is null or m.left_at > now());

revoke all on table analytics.team_members from public, anon, authenticated;

comment on view analytics.team_members is 'Members of each team at this moment.';

comment on column analytics.team_members.team_id is 'Null for people who report to a manager whose team has no row in public.teams.';

comment on column analytics.team_members.name is 'Name of the team, or of its manager where the team has none.';

comment on column analytics.team_members.is_led is
    'False once the manager has left: the team is still counted, and no manager reads it as their own.';

comment on column analytics.team_members.user_id is 'Null in the one row of a team without members.';

-- packs/training/schema/assignment_status.sql

-- Object: analytics.assignment_status
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: public.assignments, analytics.fact_scenario_attempts, analytics.dim_scenarios
-- Serves: /analytics/training/me/assignments; source of mv_assignment_status
-- Why: one place decides what completes an assignment, for one person's page, which is read live, and for the
--      materialized view over everybody: the first completed attempt of the scenario by the assignee that ended when it
--      was assigned or later. The end of an attempt is not always reported. Such an attempt was completed all the same:
--      it counts by its start, the latest known moment of it.
create view analytics.assignment_status
with (security_invoker = on)
as
with counted as (
    select
        a.org_id,
        a.id as assignment_id,
        a.assignee_id as user_id,
        a.scenario_id,
        a.due_on,
        a.is_required,
        a.assigned_at,
        min(coalesce(f.ended_at, f.started_at)) as completed_at,
        count(f.attempt_id) as attempts_count,
        max(f.score) as best_score
    from public.assignments as a
    left join analytics.fact_scenario_attempts as f
        on f.org_id = a.org_id
        and f.user_id = a.assignee_id
        and f.scenario_id = a.scenario_id
        and coalesce(f.ended_at, f.started_at) >= a.assigned_at
    -- Grouped by the columns that distinguish callers too, so that one person's assignments can be read alone.
    group by a.org_id, a.assignee_id, a.id
)
select
    c.org_id,
    c.assignment_id,
    c.user_id,
    c.scenario_id,
    d.title,
    c.due_on,
    c.is_required,
    c.assigned_at,
    c.completed_at,
    c.attempts_count,
    c.best_score
from counted as c
left join analytics.dim_scenarios as d on d.org_id = c.org_id and d.scenario_id = c.scenario_id;

revoke all on table analytics.assignment_status from public, anon, authenticated;

comment on view analytics.assignment_status is 'Current state of each assignment.';

comment on column analytics.assignment_status.attempts_count is
    'Completed attempts of the scenario by the assignee since it was assigned, also those after the one that completed it.';

comment on column analytics.assignment_status.best_score is 'Best score of those attempts; null when none has a score.';

comment on column analytics.assignment_status.completed_at is
    'End of the first completed attempt since it was assigned, or its start where no end was reported; null while it is open.';

-- packs/training/schema/mv_assignment_status.sql

-- Object: analytics.mv_assignment_status
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: public.assignments, analytics.fact_scenario_attempts, analytics.dim_scenarios (through
--      analytics.assignment_status)
-- Serves: /analytics/training/assignments; source of /analytics/training/team-overview
-- Refresh: every 15 minutes
-- Why: whether an assignment is overdue depends on the day, so that is not stored.
create materialized view analytics.mv_assignment_status as
select
    s.org_id,
    s.assignment_id,
    s.user_id,
    s.scenario_id,
    s.title,
    s.due_on,
    s.is_required,
    s.assigned_at,
    s.completed_at,
    s.attempts_count,
    round(s.best_score, 3) as best_score
from analytics.assignment_status as s
with no data;

create unique index mv_assignment_status_key
    on analytics.mv_assignment_status (assignment_id);

create index mv_assignment_status_user_id_idx
    on analytics.mv_assignment_status (org_id, user_id);

grant select on table analytics.mv_assignment_status to reporting_user;

comment on materialized view analytics.mv_assignment_status is 'State of each assignment.';

comment on column analytics.mv_assignment_status.attempts_count is 'Completed attempts of the scenario since it was assigned.';

comment on column analytics.mv_assignment_status.best_score is
    'Best score of those attempts; null when none has a score.';

comment on column analytics.mv_assignment_status.completed_at is
    'End of the first completed attempt of the scenario since it was assigned, or its start where no end was reported; null while it is open.';

-- packs/training/schema/current_assignments.sql

-- Object: analytics.current_assignments
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: analytics.mv_assignment_status, analytics.dim_users
-- Serves: the readings of /analytics/training/assignments, /analytics/training/tasks and others; BI tools
-- Why: assignments that a former member left open no longer count: one place decides that, for the API and for BI
--      tools.
create view analytics.current_assignments
with (security_invoker = on)
as
select
    s.org_id,
    s.assignment_id,
    s.user_id,
    u.name,
    s.scenario_id,
    s.title,
    s.due_on,
    s.is_required,
    s.assigned_at,
    s.completed_at,
    s.attempts_count,
    s.best_score
from analytics.mv_assignment_status as s
left join analytics.dim_users as u on u.org_id = s.org_id and u.user_id = s.user_id
where s.completed_at is not null or u.is_active is not false;

revoke all on table analytics.current_assignments from public, anon, authenticated;

grant select on table analytics.current_assignments to reporting_user;

comment on view analytics.current_assignments is 'Assignments as of the last refresh of mv_assignment_status, without what former members left open.';

-- packs/training/schema/assignments.sql

create policy assignments_are_read_by_those_above_the_assignee on public.assignments
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')) and assignee_id in (select freshet.people_of_caller()));

-- packs/training/schema/dim_orgs.sql

create policy reporting_user_reads_dimensions on analytics.dim_orgs for select to reporting_user using (true);

-- packs/training/schema/dim_scenarios.sql

create policy reporting_user_reads_dimensions on analytics.dim_scenarios for select to reporting_user using (true);

-- packs/training/schema/dim_time.sql

create policy reporting_user_reads_dimensions on analytics.dim_time for select to reporting_user using (true);

-- packs/training/schema/dim_users.sql

create policy reporting_user_reads_dimensions on analytics.dim_users for select to reporting_user using (true);

-- packs/training/schema/dotted_lines.sql

create policy dotted_lines_are_read_by_those_above_the_member on public.dotted_lines
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')) and user_id in (select freshet.people_of_caller()));

-- packs/training/schema/fact_kpi_events.sql

create policy reporting_user_reads_facts on analytics.fact_kpi_events for select to reporting_user using (true);

-- packs/training/schema/fact_scenario_attempts.sql

create policy reporting_user_reads_facts on analytics.fact_scenario_attempts for select to reporting_user using (true);

-- packs/training/schema/org_members.sql

create policy org_members_are_read_by_those_above_them on public.org_members
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')) and user_id in (select freshet.people_of_caller()));

create policy org_members_are_read_by_auth on public.org_members
    for select to supabase_auth_admin using (true);

-- packs/training/schema/orgs.sql

create policy orgs_are_read_by_their_members on public.orgs
    for select to authenticated using (id = (select freshet.claimed_uuid('org_id')));

create policy orgs_are_read_by_auth on public.orgs
    for select to supabase_auth_admin using (true);

-- packs/training/schema/scenario_attempts.sql

create policy scenario_attempts_are_read_by_those_above_the_user on public.scenario_attempts
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')) and user_id in (select freshet.people_of_caller()));

-- packs/training/schema/scenarios.sql

create policy scenarios_are_read_by_members on public.scenarios
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')));

-- packs/training/schema/teams.sql

create policy teams_are_read_by_members on public.teams
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')));

-- packs/training/schema/users.sql

create policy users_are_read_by_those_above_them on public.users
    for select to authenticated using (id in (select freshet.people_of_caller()));

-- packs/training/schema/assignment_status.sql

select analytics.register_live(
    name => 'assignment_status',
    pack => 'training',
    sources => array['public.assignments', 'analytics.fact_scenario_attempts', 'analytics.dim_scenarios']::regclass[]
);

-- packs/training/schema/assignments.sql

select analytics.register_live(
    name => 'assignments', pack => 'training', sources => array['public.assignments']::regclass[]
);

-- packs/training/schema/attempt_list.sql

select analytics.register_live(
    name => 'attempt_list',
    pack => 'training',
    sources => array[
        'analytics.fact_scenario_attempts', 'public.scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios'
    ]::regclass[]
);

-- packs/training/schema/dim_orgs.sql

select analytics.register_live(name => 'dim_orgs', pack => 'training', sources => array['analytics.dim_orgs']::regclass[]);

-- packs/training/schema/dim_scenarios.sql

-- Why: an organisation's catalogue is read by all its members, as it is now.
select analytics.register_live(name => 'dim_scenarios', pack => 'training', sources => array['analytics.dim_scenarios']::regclass[]);

-- packs/training/schema/dim_users.sql

select analytics.register_live(name => 'dim_users', pack => 'training', sources => array['analytics.dim_users']::regclass[]);

-- packs/training/schema/fact_scenario_attempts.sql

-- Why: a person's own attempts are read live.
select analytics.register_live(
    name => 'fact_scenario_attempts', pack => 'training', sources => array['analytics.fact_scenario_attempts']::regclass[]
);

-- packs/training/schema/make_months_ahead.sql

select analytics.make_months_ahead();

select analytics.register_job(
    job_name => 'make-months-ahead',
    schedule => '10 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.make_months_ahead()'
);

-- packs/training/schema/mv_assignment_status.sql

select analytics.register_view(
    view_name => 'mv_assignment_status',
    pack => 'training',
    schedule => '2,17,32,47 * * * *',
    stale_after => '40 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at'
);

-- packs/training/schema/mv_kpi_attempts.sql

select analytics.register_view(
    view_name => 'mv_kpi_attempts',
    pack => 'training',
    schedule => '27 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at'
);

-- packs/training/schema/mv_kpi_call_days.sql

select analytics.register_view(
    view_name => 'mv_kpi_call_days',
    pack => 'training',
    schedule => '28 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at'
);

-- packs/training/schema/mv_kpi_call_minutes.sql

select analytics.register_view(
    view_name => 'mv_kpi_call_minutes',
    pack => 'training',
    schedule => '24 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at'
);

-- packs/training/schema/mv_kpi_users.sql

select analytics.register_view(
    view_name => 'mv_kpi_users',
    pack => 'training',
    schedule => '26 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at'
);

-- packs/training/schema/mv_kpi_weeks.sql

select analytics.register_view(
    view_name => 'mv_kpi_weeks',
    pack => 'training',
    schedule => '25 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at'
);

-- packs/training/schema/mv_leaderboard_month.sql

select analytics.register_view(
    view_name => 'mv_leaderboard_month',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at'
);

-- packs/training/schema/mv_org_activity_day.sql

select analytics.register_view(
    view_name => 'mv_org_activity_day',
    pack => 'training',
    schedule => '20 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at'
);

-- packs/training/schema/mv_org_overview.sql

select analytics.register_view(
    view_name => 'mv_org_overview',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at'
);

-- packs/training/schema/mv_scenario_days.sql

select analytics.register_view(
    view_name => 'mv_scenario_days',
    pack => 'training',
    schedule => '5 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at'
);

-- packs/training/schema/mv_scenario_insights.sql

select analytics.register_view(
    view_name => 'mv_scenario_insights',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at'
);

-- packs/training/schema/mv_user_activity_day.sql

select analytics.register_view(
    view_name => 'mv_user_activity_day',
    pack => 'training',
    schedule => '21 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at'
);

-- packs/training/schema/named_attempts.sql

select analytics.register_live(
    name => 'named_attempts',
    pack => 'training',
    sources => array['analytics.fact_scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios']::regclass[]
);

-- packs/training/schema/people_attempts.sql

select analytics.register_live(
    name => 'people_attempts',
    pack => 'training',
    sources => array['public.scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios']::regclass[]
);

-- packs/training/schema/scope_people_of_manager.sql

select analytics.register_live(
    name => 'people_of_manager',
    pack => 'training',
    sources => array['public.org_members', 'public.dotted_lines']::regclass[],
    moments => array['public.org_members.left_at']
);

-- packs/training/schema/sync_training_dimensions.sql

select analytics.sync_training_dimensions();

select analytics.register_job(
    job_name => 'sync-training-dimensions',
    schedule => '5 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.sync_training_dimensions()'
);

-- packs/training/schema/team_members.sql

select analytics.register_live(
    name => 'team_members',
    pack => 'training',
    sources => array['public.teams', 'public.org_members', 'public.dotted_lines', 'analytics.dim_users']::regclass[]
);

reset check_function_bodies;
