-- Object: freshet.failed_at()
-- Why: failed answers are compared by their moment, to know which one an incident has counted already.
create function freshet.failed_at(evidence jsonb)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- An implausible moment sorts before any other.
    select coalesce(freshet.run_time((evidence ->> 'failed_at')::timestamptz), '-infinity');
$$;

revoke all on function freshet.failed_at(jsonb) from public, anon, authenticated;

comment on function freshet.failed_at(jsonb) is 'The moment of the failed answer that a finding or an incident is about.';
