-- Object: analytics.audit_detectors
-- Grain: one row per detector
-- Why: a detector that fails must end neither the others nor the pass. Each runs in a savepoint of its own, its failure
--      is a finding, and the runs that it failed to process are kept for it.
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

comment on table analytics.audit_detectors is
    'The detectors that a pass calls, in this order. A new detector is a new row.';

comment on column analytics.audit_detectors.call is
    'Evaluated as "select <call>", with $1 the runs that ended, $2 the calendar, $3 why an epoch began, $4 when the pass began.';

comment on column analytics.audit_detectors.needs_history is
    'Not called in a pass that could not read pg_cron''s history: an unread incident is not over.';

comment on column analytics.audit_detectors.was_skipped is
    'No time was left for it in the last pass: in the next one it runs before the others.';

comment on column analytics.audit_detectors.out_of_time_at is
    'When the time of a pass ran out in it: until it succeeds, it runs after all others.';
