-- Object: freshet.job_label()
-- Why: pg_cron knows a job by its name and its owner. A job of another owner that has the name of a declared one is a
--      stranger, not that job, and no repair may touch it.
create function freshet.job_label(job_name text, owner text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- A name that another owner's job has been declared by does not tell this one.
    select case
        when exists (select from analytics.scheduled_jobs as d where d.job_name = job_label.job_name and d.owner <> job_label.owner)
            then format('%s of %s', job_label.job_name, job_label.owner)
        else job_label.job_name
    end;
$$;

revoke all on function freshet.job_label(text, text) from public, anon, authenticated;

comment on function freshet.job_label(text, text) is 'How a job that is not declared is called: with its owner where its name is another''s.';
