create function private.keep_arrears(detector text, runs private.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- So many at most: what an outage of days leaves behind is not worth an outage of the audit. The newest say how things are.
    delete from private.detector_arrears as a where a.detector = keep_arrears.detector;
    insert into private.detector_arrears (detector, runs)
    select keep_arrears.detector, runs[greatest(1, cardinality(runs) - 19999):]
    where cardinality(runs) > 0;
$$;

revoke all on function private.keep_arrears(text, private.audited_run[]) from public, anon, authenticated;

comment on function private.keep_arrears(text, private.audited_run[]) is 'Keeps the runs that a detector is given the next time, instead of those that were kept for it. Idempotent.';
