-- Object: freshet.job_label()
-- Why: a job of another owner that has the name of a declared one must not be taken for it.
create function freshet.job_label(job_name text, owner text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- A name that is declared for another owner does not identify this job.
    select case
        when exists (select from analytics.scheduled_jobs as d where d.job_name = job_label.job_name and d.owner <> job_label.owner)
            then format('%s of %s', job_label.job_name, job_label.owner)
        else job_label.job_name
    end;
$$;

revoke all on function freshet.job_label(text, text) from public, anon, authenticated;

comment on function freshet.job_label(text, text) is
    'Name of a job that is not declared: with its owner where its name is declared for another owner.';
