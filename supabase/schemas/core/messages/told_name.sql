-- Object: freshet.told_name()
-- Why: a job's name may be any text, with data in it; see freshet.told_run_message().
create function freshet.told_name(job_name text, jobid bigint)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when length(job_name) <= 100
            and job_name ~ '^[A-Za-z]{1,30}[0-9]{0,8}([-_]([A-Za-z]{1,30}[0-9]{0,8}|[A-Za-z0-9]{1,6}|[0-9]{1,8}))*$'
            then job_name
        else 'jobid:' || jobid
    end;
$$;

revoke all on function freshet.told_name(text, bigint) from public, anon, authenticated;

comment on function freshet.told_name(text, bigint) is
    'A job''s name if it consists of words and short numbers, else its number: a name may be any text.';
