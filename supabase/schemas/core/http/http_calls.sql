-- Object: analytics.http_calls
-- Grain: one row per HTTP call of a job or by hand through analytics.invoke_function, http_post or http_get
-- Why: a run of pg_cron that "succeeded" has queued a request and no more. pg_net records what became of it in an
--      unlogged table that names no job and forgets after 6 hours; this ledger keeps it, with the job that made the
--      call.
-- Why accepted_at: a scheduled call proves itself by a signature that is valid for the named function, for five minutes
--      and once. The row in the ledger records "once": the function asks here, so neither the secret nor a list of used
--      calls leaves the database.
create table analytics.http_calls (
    call_id bigint generated always as identity primary key,
    request_id bigint,
    function_name text not null,
    job_name text,
    runid bigint,
    planned_at timestamptz,
    queued_at timestamptz not null default clock_timestamp(),
    deadline_at timestamptz not null,
    awaits_completion boolean not null default false,
    outcome text not null default 'pending' check (outcome in ('pending', 'succeeded', 'failed', 'unknown')),
    status_code integer,
    is_timed_out boolean,
    error text,
    answer_code text,
    responded_at timestamptz,
    harvested_at timestamptz,
    completion text check (completion in ('succeeded', 'failed')),
    completion_detail text,
    completed_at timestamptz,
    settled_at timestamptz,
    is_observed boolean not null default false,
    accepted_at timestamptz,
    check ((completion is null) = (completed_at is null)),
    check ((outcome = 'pending') = (settled_at is null))
);

create index http_calls_unharvested_idx on analytics.http_calls (queued_at) where harvested_at is null;

create index http_calls_open_idx on analytics.http_calls (call_id) where outcome in ('pending', 'unknown');

create index http_calls_unobserved_idx on analytics.http_calls (call_id) where outcome <> 'pending' and not is_observed;

create index http_calls_request_id_idx on analytics.http_calls (request_id);

create index http_calls_job_name_idx on analytics.http_calls (job_name, call_id desc);

create index http_calls_runid_idx on analytics.http_calls (runid) where runid is not null;

alter table analytics.http_calls enable row level security;

revoke all on table analytics.http_calls from public, anon, authenticated;

comment on table analytics.http_calls is
    'Ledger of scheduled HTTP calls: which job called, when an answer is due, and what came of it. Holds no key, no body and no answer.';

comment on column analytics.http_calls.request_id is
    'pg_net''s request id. Not unique over time: its sequence is unlogged and begins again after a crash.';

comment on column analytics.http_calls.job_name is
    'The job whose command made the call; null for a call by hand, which is recorded and not audited.';

comment on column analytics.http_calls.runid is 'cron.job_run_details.runid, where the run is known.';

comment on column analytics.http_calls.planned_at is 'The minute (for a schedule in seconds, the moment) in which pg_cron started the run.';

comment on column analytics.http_calls.deadline_at is
    'Without an answer or completion by then, the outcome is unknown.';

comment on column analytics.http_calls.awaits_completion is
    'A 2xx only says that the function accepted the call: it reports its own completion later.';

comment on column analytics.http_calls.outcome is
    'A completion outranks the answer. unknown may still become known, while pg_net keeps the answer.';

comment on column analytics.http_calls.answer_code is 'Field "code" of the answer, e.g. BOOT_ERROR: all that is kept of its body.';

comment on column analytics.http_calls.is_observed is 'Whether the audit has judged this outcome.';

comment on column analytics.http_calls.accepted_at is
    'When the function accepted the call by its signature, which it does once; null where it refused the call or did not ask.';

comment on column analytics.http_calls.function_name is
    'The edge function that was called; //<host> for another address, whose path may hold a key and is not kept.';
