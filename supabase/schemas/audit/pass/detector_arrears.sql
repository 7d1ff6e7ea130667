-- Object: freshet.detector_arrears
-- Grain: one row per detector with runs that it has not processed
-- Why: the watermark moves even when a detector fails, so its runs are kept here.
create table freshet.detector_arrears (
    detector text primary key references analytics.audit_detectors (detector) on delete cascade on update cascade,
    runs freshet.audited_run[] not null
);

alter table freshet.detector_arrears enable row level security;

revoke all on table freshet.detector_arrears from public, anon, authenticated;

comment on table freshet.detector_arrears is
    'Runs that a detector still has to process: the watermark has moved past them.';
