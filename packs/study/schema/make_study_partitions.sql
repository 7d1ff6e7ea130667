-- Object: analytics.make_study_partitions()
-- Why: a month needs its partition before events arrive, or its events wait in the default partition; see
--      public.study_events.
-- Why detached: the log's trigger refuses to delete. Detached for a moment, the default partition has no such trigger, so
--      that no exception has to be made in the trigger for rows that move to their month.
create function analytics.make_study_partitions(from_on date, to_on date)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    month_start date;
    from_at timestamptz;
    to_at timestamptz;
    partition_name text;
    is_detached boolean := false;
    made_count integer := 0;
begin
    if from_on is null or to_on is null or to_on < from_on or to_on - from_on > 18300 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot make partitions from %s to %s', coalesce(from_on::text, 'null'), coalesce(to_on::text, 'null')),
            hint = 'Give two days in order, at most 50 years apart: every month between them is made, both included.';
    end if;
    -- Two callers at once would make the same month.
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_partitions', 0));

    for month_start in
        select m::date from generate_series(date_trunc('month', from_on::timestamp), to_on::timestamp, interval '1 month') as m
    loop
        partition_name := to_char(month_start, '"study_events_y"YYYY"m"MM');
        -- Reads the catalogue itself: the cache behind to_regclass may be older than another caller's commit.
        continue when exists (
            select from pg_catalog.pg_class as c
            where c.relnamespace = 'public'::regnamespace and c.relname = partition_name
        );
        from_at := month_start::timestamp at time zone 'UTC';
        to_at := (month_start + interval '1 month') at time zone 'UTC';

        -- Locks the whole table: a writer already routed to the default partition would be refused there.
        if made_count = 0 then
            lock table public.study_events in access exclusive mode;
        end if;
        execute format('create table public.%I (like public.study_events including all)', partition_name);
        execute format('alter table public.%I enable row level security', partition_name);
        execute format('revoke all on table public.%I from public, anon, authenticated, service_role', partition_name);
        if exists (select from public.study_events_default as d where d.created_at >= from_at and d.created_at < to_at) then
            if not is_detached then
                alter table public.study_events detach partition public.study_events_default;
                is_detached := true;
            end if;
            execute format(
                'with moved as (delete from public.study_events_default where created_at >= %1$L and created_at < %2$L returning *) '
                'insert into public.%3$I select * from moved',
                from_at, to_at, partition_name
            );
        end if;
        execute format(
            'alter table public.study_events attach partition public.%I for values from (%L) to (%L)',
            partition_name, from_at, to_at
        );
        -- Row triggers come with the attachment, those of statements do not.
        execute format(
            'create trigger %I before truncate on public.%I for each statement execute function freshet.refuse_event_change()',
            partition_name || '_is_not_truncated', partition_name
        );
        execute format(
            'alter table public.%I enable always trigger %I', partition_name, partition_name || '_is_not_truncated'
        );
        made_count := made_count + 1;
    end loop;

    if is_detached then
        alter table public.study_events attach partition public.study_events_default default;
    end if;
    return made_count;
end
$$;

revoke all on function analytics.make_study_partitions(date, date) from public, anon, authenticated;

comment on function analytics.make_study_partitions(date, date) is
    'Makes the partition of public.study_events for every month between two days, both included, and moves events there that waited in the default partition. Returns how many it made. Idempotent. Readers and writers wait while a month is made, not when all exist already: set a lock_timeout.';
