create function private.flapping_window(evidence jsonb)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select greatest(interval '2 hours', 6 * private.period_of_job(evidence ->> 'job'));
$$;

revoke all on function private.flapping_window(jsonb) from public, anon, authenticated;

comment on function private.flapping_window(jsonb) is
    'Three openings within it are flapping; half of it without trouble ends that, so that what begins it also keeps it up.';
