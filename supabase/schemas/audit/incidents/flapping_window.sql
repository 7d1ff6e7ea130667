-- Object: freshet.flapping_window()
-- Why: a nightly job cannot flap within an hour, so the window follows the job's period.
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
    'Three openings within it are flapping; half of it without trouble ends that, so that the frequency that begins flapping also keeps it open.';
