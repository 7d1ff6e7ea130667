-- Object: freshet.keep_arrears()
-- Grain: audit_detectors: one row per detector; detector_arrears: one row per detector that has not been given all runs
-- Why: what one detector cannot bear must end neither the others nor what they found. Each runs in a savepoint of its own,
--      its failure is a finding, and the runs that it failed to take wait for it.
create function freshet.keep_arrears(detector text, runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- So many at most: what an outage of days leaves behind is not worth an outage of the audit. The newest say how things are.
    delete from freshet.detector_arrears as a where a.detector = keep_arrears.detector;
    insert into freshet.detector_arrears (detector, runs)
    select keep_arrears.detector, runs[greatest(1, cardinality(runs) - 19999):]
    where cardinality(runs) > 0;
$$;

revoke all on function freshet.keep_arrears(text, freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.keep_arrears(text, freshet.audited_run[]) is 'Keeps the runs that a detector is given the next time, instead of those that were kept for it. Idempotent.';
