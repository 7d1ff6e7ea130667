-- Object: analytics.failed_answers
-- Grain: one row per resource whose answer has failed because of a defect
-- Why: a refresh may succeed and its rows still not fit their resource. Then every caller gets 500, and nothing in the
--      database knows. So the function reports it, at most once a minute for each resource and isolate, without a word
--      of the request.
create table analytics.failed_answers (
    resource text primary key check (resource ~ '^[a-z0-9_./-]{1,200}$'),
    first_failed_at timestamptz not null default clock_timestamp(),
    last_failed_at timestamptz not null default clock_timestamp(),
    failure_count bigint not null default 1,
    request_id uuid not null,
    defect text not null,
    last_answered_at timestamptz
);

alter table analytics.failed_answers enable row level security;

revoke all on table analytics.failed_answers from public, anon, authenticated;

comment on table analytics.failed_answers is
    'What the functions reported about answers that failed. Written by report_failed_answer and report_answered; 1,000 resources at most.';

comment on column analytics.failed_answers.failure_count is 'Reports, not requests: an isolate reports a resource once a minute at most.';

comment on column analytics.failed_answers.request_id is
    'Request of the last reported failure: the function''s log has a line of it.';

comment on column analytics.failed_answers.defect is
    'What was wrong, in the words of the defect, scrubbed: never a value, never a person.';

comment on column analytics.failed_answers.last_answered_at is
    'When an isolate that had reported a failure reported that it answers again.';
