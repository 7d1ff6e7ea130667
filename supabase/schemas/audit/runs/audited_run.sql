-- Object: freshet.audited_run
-- Why: each run is taken exactly once, when it has ended, however late that is: by watermark when it is new, by its own
--      runid while it is open. Never by time: runs that never started have none, and only runid has an index.
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
