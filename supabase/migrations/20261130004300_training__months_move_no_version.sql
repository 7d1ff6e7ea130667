-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/training/schema/make_fact_partitions.sql

-- Object: analytics.make_fact_partitions()
-- Why: a month needs its partition before rows arrive, or its rows wait in the default partition; see
--      analytics.fact_scenario_attempts.
create or replace function analytics.make_fact_partitions(from_on date, to_on date)
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
        -- A statement that moves no row would count as a change of every fact.
        if exists (
            select from analytics.fact_scenario_attempts_default as d
            where d.date_key >= month_start and d.date_key < (month_start + interval '1 month')::date
        ) then
            execute format(
                'with moved as (delete from analytics.fact_scenario_attempts_default where date_key >= %1$L and date_key < %2$L returning *) '
                'insert into analytics.%3$I select * from moved',
                month_start, (month_start + interval '1 month')::date, partition_name
            );
        end if;
        execute format(
            'alter table analytics.fact_scenario_attempts attach partition analytics.%I for values from (%L) to (%L)',
            partition_name, month_start, (month_start + interval '1 month')::date
        );
        perform freshet.watch_partition(format('analytics.%I', partition_name)::regclass);
        made_count := made_count + 1;
    end loop;
    return made_count;
end
$$;

reset check_function_bodies;
