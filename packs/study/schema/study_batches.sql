-- Object: analytics.study_batches
-- Grain: one row per nightly batch
-- Why: the ledger of the batch: how far it came, so that it goes on there after a crash, and what it found.
create table analytics.study_batches (
    stat_date date primary key check (stat_date between '1970-01-01' and '9999-12-31'),
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    finished_at timestamptz check (finished_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_user_id text,
    users_count integer not null default 0 check (users_count >= 0),
    days_count integer not null default 0 check (days_count >= 0),
    cycles_count integer not null default 0 check (cycles_count >= 0),
    failed_count integer not null default 0 check (failed_count >= 0),
    attempts_count integer not null default 1 check (attempts_count >= 0),
    error text
);

alter table analytics.study_batches enable row level security;

revoke all on table analytics.study_batches from public, anon, authenticated;

grant select on table analytics.study_batches to service_role;

comment on table analytics.study_batches is 'Nightly batches. stat_date is the day that the batch closes.';

comment on column analytics.study_batches.finished_at is 'Null while users remain.';

comment on column analytics.study_batches.last_user_id is 'Users are taken in the order of their ids; those up to this one are done.';

comment on column analytics.study_batches.days_count is 'Days of users that were aggregated.';

comment on column analytics.study_batches.cycles_count is 'Topics in circles of prerequisites; see analytics.topic_prerequisite_cycles.';

comment on column analytics.study_batches.failed_count is 'Users who could not be computed and keep the figures of an earlier night.';

comment on column analytics.study_batches.attempts_count is 'Runs that worked on the batch: more than one after a kill, or when it took longer than a run.';

comment on column analytics.study_batches.error is
    'What is wrong with the batch, read by analytics.check_study_batch(); null if nothing is. An operator who has judged it sets it to null.';
