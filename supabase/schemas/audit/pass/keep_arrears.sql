-- Object: freshet.keep_arrears()
-- Why: runs that a detector failed to process wait for its next call; see freshet.detector_arrears.
create function freshet.keep_arrears(detector text, runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- A limited number: the backlog of an outage of days is not worth an outage of the audit. The newest runs show the
    -- current state.
    delete from freshet.detector_arrears as a where a.detector = keep_arrears.detector;
    insert into freshet.detector_arrears (detector, runs)
    select keep_arrears.detector, runs[greatest(1, cardinality(runs) - 19999):]
    where cardinality(runs) > 0;
$$;

revoke all on function freshet.keep_arrears(text, freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.keep_arrears(text, freshet.audited_run[]) is
    'Replaces the runs kept for a detector by those that it gets the next time. Idempotent.';
