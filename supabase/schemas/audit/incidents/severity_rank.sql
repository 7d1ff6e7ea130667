-- Object: freshet.severity_rank()
-- Why: the one state machine behind every detector. A detector only says how a subject stands; whether that is news is
--      decided here, from streaks and thresholds.
create function freshet.severity_rank(severity text)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select array_position(array['info', 'warning', 'error', 'fatal'], severity);
$$;

revoke all on function freshet.severity_rank(text) from public, anon, authenticated;

comment on function freshet.severity_rank(text) is 'Severities in order: 1 is info, 4 fatal.';
