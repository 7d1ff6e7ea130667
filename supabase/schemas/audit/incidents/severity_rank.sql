-- Object: freshet.severity_rank()
-- Why: whether an incident got worse, or is worse than its cause, is a comparison of severities.
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
