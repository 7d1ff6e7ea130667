-- Object: freshet.audited_run
-- Why: the shape in which every detector gets the runs that have ended.
create type freshet.audited_run as (
    runid bigint,
    job_name text,
    status text,
    sqlstate text,
    message text,
    started_at timestamptz,
    ended_at timestamptz,
    ending text
);
