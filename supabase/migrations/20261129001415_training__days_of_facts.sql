-- Object: private.fill_days_of_facts(days), private.write_attempt_facts() and analytics.backfill_scenario_attempts() and
--         analytics.make_months_ahead() (replaced)
-- Why: a report joins the facts with the calendar, so a fact whose day the calendar lacks would be in no figure. An attempt
--      of before the calendar, or of long after it, brings its own day: when it is written, by the backfill, and nightly.

create function private.fill_days_of_facts(days date[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    added integer := 0;
    missing date;
begin
    -- In order, so that two writers of the same new days wait for each other and not in a circle.
    for missing in
        select distinct d.day
        from unnest(days) as d (day)
        where d.day is not null and not exists (select from analytics.dim_time as t where t.date_key = d.day)
        order by d.day
    loop
        added := added + private.fill_dim_time(missing, missing);
    end loop;
    return added;
end
$$;
revoke all on function private.fill_days_of_facts(date[]) from public, anon, authenticated;
comment on function private.fill_days_of_facts(date[]) is 'Adds those of these days that analytics.dim_time lacks. Returns how many. Idempotent.';

create function private.fill_days_of_all_facts()
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
    select private.fill_days_of_facts(array(select distinct f.date_key from analytics.fact_scenario_attempts as f));
$$;
revoke all on function private.fill_days_of_all_facts() from public, anon, authenticated;
comment on function private.fill_days_of_all_facts() is 'Adds the days of facts that analytics.dim_time lacks. Returns how many. Idempotent.';
comment on table analytics.dim_time is
    'One row per day, from five years before this one to five years after it, and for each day with a fact, however far away.';

create or replace function private.write_attempt_facts(attempt_ids uuid[], date_keys date[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.fill_days_of_facts(date_keys);
    insert into analytics.fact_scenario_attempts as f (
        attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, date_key
    )
    select
        a.attempt_id, a.org_id, a.user_id, a.scenario_id, a.score, a.duration_seconds, a.talk_ms, a.listen_ms,
        a.started_at, a.ended_at, a.date_key
    from unnest(attempt_ids, date_keys) as k (attempt_id, date_key)
    join private.completed_attempts as a on a.attempt_id = k.attempt_id and a.date_key = k.date_key
    -- Month by month: rows that come in any order cost twice as much, one partition after another for each.
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

create or replace function analytics.backfill_scenario_attempts(batch_size integer default 10000)
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
    -- A second caller waits here and goes on with the next batch.
    insert into analytics.backfills as b (backfill) values ('scenario_attempts')
    on conflict (backfill) do update
    set after_id = case when b.finished_at is null then b.after_id end,
        examined_count = case when b.finished_at is null then b.examined_count else 0 end,
        written_count = case when b.finished_at is null then b.written_count else 0 end,
        removed_count = case when b.finished_at is null then b.removed_count else 0 end,
        started_at = case when b.finished_at is null then b.started_at else excluded.started_at end,
        finished_at = null
    returning * into progress;

    -- First, while nothing else is locked. What claims to be of the future is no reason for a month: it waits in the default
    -- partition, where the audit tells of it.
    if progress.after_id is null then
        perform analytics.make_fact_partitions(m.month_start, m.month_start)
        from (select distinct date_trunc('month', c.date_key::timestamp)::date as month_start from private.completed_attempts as c) as m
        where m.month_start <= now();
        perform private.fill_days_of_all_facts();
    end if;

    -- Nobody may change an attempt between our look at it and its fact.
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
            select from private.completed_attempts as c where c.attempt_id = f.attempt_id and c.date_key = f.date_key
        );
    if ids is not null then
        perform private.remove_attempt_facts(ids, days);
        progress.removed_count := progress.removed_count + cardinality(ids);
    end if;

    select array_agg(w.attempt_id), array_agg(w.date_key)
    into ids, days
    from (
        select
            c.attempt_id, c.date_key, c.org_id, c.user_id, c.scenario_id, c.score, c.duration_seconds, c.talk_ms, c.listen_ms,
            c.started_at, c.ended_at
        from private.completed_attempts as c
        where c.attempt_id = any (examined)
        except
        select
            f.attempt_id, f.date_key, f.org_id, f.user_id, f.scenario_id, f.score, f.duration_seconds, f.talk_ms, f.listen_ms,
            f.started_at, f.ended_at
        from analytics.fact_scenario_attempts as f
        where f.attempt_id = any (examined)
    ) as w;
    if ids is not null then
        perform private.write_attempt_facts(ids, days);
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

create or replace function analytics.make_months_ahead()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    today constant date := (now() at time zone 'UTC')::date;
    this_year constant date := date_trunc('year', today::timestamp)::date;
    last_day constant date := (this_year + interval '6 years')::date - 1;
begin
    -- The month before too: attempts arrive late.
    perform analytics.make_fact_partitions((today - interval '1 month')::date, (today + interval '12 months')::date);
    if not exists (select from analytics.dim_time as t where t.date_key = last_day) then
        perform private.fill_dim_time((this_year - interval '5 years')::date, last_day);
    end if;
    perform private.fill_days_of_all_facts();
end
$$;
comment on function analytics.make_months_ahead() is
    'Makes the partitions of fact_scenario_attempts from last month to twelve months ahead, and dim_time from five whole years back to five ahead, with every day that has a fact. Idempotent.';

select private.fill_days_of_all_facts();
