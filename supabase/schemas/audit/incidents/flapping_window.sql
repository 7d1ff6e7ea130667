-- Object: freshet.flapping_window()
-- Why: a pass reads what happened in five minutes, and a job may have failed and recovered in them more than once. That is
--      told as one step, from how it stood to how it stands. What opens a third time within its window is one incident of
--      kind flapping, told once, until it has been well for long.
create function freshet.flapping_window(evidence jsonb)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select greatest(interval '2 hours', 6 * freshet.period_of_job(evidence ->> 'job'));
$$;

revoke all on function freshet.flapping_window(jsonb) from public, anon, authenticated;

comment on function freshet.flapping_window(jsonb) is
    'Three openings within it are flapping; half of it without trouble ends that, so that what begins it also keeps it up.';
