-- Object: freshet.run_time()
-- Why: an implausible moment is no time: one row that says "infinity" would fail every computation with it.
create function freshet.run_time(moment timestamptz)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case when moment between '2000-01-01 00:00:00+00' and clock_timestamp() + interval '1 day' then moment end;
$$;

revoke all on function freshet.run_time(timestamptz) from public, anon, authenticated;

comment on function freshet.run_time(timestamptz) is
    'The moment if a run can have begun or ended then; else null, which means unknown.';
