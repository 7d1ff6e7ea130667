create table private.detector_arrears (
    detector text primary key references analytics.audit_detectors (detector) on delete cascade on update cascade,
    runs private.audited_run[] not null
);

alter table private.detector_arrears enable row level security;

revoke all on table private.detector_arrears from public, anon, authenticated;

comment on table private.detector_arrears is 'Runs that a detector has still to be given: the watermark has moved past them.';
