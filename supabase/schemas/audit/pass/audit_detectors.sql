-- Object: analytics.audit_detectors
-- Grain: audit_detectors: one row per detector; detector_arrears: one row per detector that has not been given all runs
-- Why: what one detector cannot bear must end neither the others nor what they found. Each runs in a savepoint of its own,
--      its failure is a finding, and the runs that it failed to take wait for it.
create table analytics.audit_detectors (
    detector text primary key check (detector ~ '^[a-z][a-z_]*$'),
    place integer not null unique,
    call text not null,
    needs_history boolean not null default true,
    was_skipped boolean not null default false,
    out_of_time_at timestamptz
);

alter table analytics.audit_detectors enable row level security;

revoke all on table analytics.audit_detectors from public, anon, authenticated;

comment on table analytics.audit_detectors is 'What a pass calls, in this order. A new detector is a row.';

comment on column analytics.audit_detectors.call is
    'Evaluated as "select <call>", with $1 the runs that ended, $2 the calendar, $3 why an epoch began, $4 when the pass began.';

comment on column analytics.audit_detectors.needs_history is 'Not called in a pass that could not read pg_cron''s history: what was not read is not over.';

comment on column analytics.audit_detectors.was_skipped is 'No time was left for it in the last pass: in the next one it comes before the others.';

comment on column analytics.audit_detectors.out_of_time_at is 'When the time of a pass ran out in it: until it manages, it comes after all others.';
