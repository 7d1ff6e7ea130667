-- Object: freshet.detector_arrears
-- Grain: audit_detectors: one row per detector; detector_arrears: one row per detector that has not been given all runs
-- Why: what one detector cannot bear must end neither the others nor what they found. Each runs in a savepoint of its own,
--      its failure is a finding, and the runs that it failed to take wait for it.
create table freshet.detector_arrears (
    detector text primary key references analytics.audit_detectors (detector) on delete cascade on update cascade,
    runs freshet.audited_run[] not null
);

alter table freshet.detector_arrears enable row level security;

revoke all on table freshet.detector_arrears from public, anon, authenticated;

comment on table freshet.detector_arrears is 'Runs that a detector has still to be given: the watermark has moved past them.';
