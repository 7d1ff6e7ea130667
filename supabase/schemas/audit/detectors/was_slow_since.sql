-- Object: freshet.was_slow_since()
-- Why: the greatest time of an entry is known, not its last: a new greatest time is a slow run, and so is a slow average of
--      the runs since. After a reset of the counters all of the entry is new.
create function freshet.was_slow_since(before analytics.slow_statements, now_is analytics.slow_statements, slow_ms numeric)
returns numeric
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when now_is.calls_count < before.calls_count or now_is.max_ms > before.max_ms then now_is.max_ms
        when now_is.calls_count > before.calls_count then (
            select a.average_ms
            from (select (now_is.total_ms - before.total_ms) / (now_is.calls_count - before.calls_count)) as a (average_ms)
            where a.average_ms >= slow_ms
        )
    end;
$$;

revoke all on function freshet.was_slow_since(analytics.slow_statements, analytics.slow_statements, numeric) from public, anon, authenticated;

comment on function freshet.was_slow_since(analytics.slow_statements, analytics.slow_statements, numeric) is
    'Milliseconds of a slow run between two states of one entry of pg_stat_statements; null if none is known.';
