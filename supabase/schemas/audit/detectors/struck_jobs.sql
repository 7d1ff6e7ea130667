create table analytics.struck_jobs (
    kind text not null references analytics.alert_kinds (kind),
    job_name text not null,
    runid bigint not null,
    message text,
    struck_at timestamptz not null,
    primary key (kind, job_name)
);

alter table analytics.struck_jobs enable row level security;

revoke all on table analytics.struck_jobs from public, anon, authenticated;

comment on table analytics.struck_jobs is 'Jobs whose last run was struck by what also strikes others; a row leaves when the job has run again.';
