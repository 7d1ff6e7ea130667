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
