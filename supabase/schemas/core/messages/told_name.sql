-- Object: freshet.told_name()
-- Why: what the database says of a failure may repeat rows and secrets. /ops scrubs it, by rules that are TypeScript; a second copy
--      of them here would drift. So functions that answer over the data API do not tell such a text at all: they tell the
--      SQLSTATE, what is one of a few fixed forms, and where the whole is kept.
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
    'A job''s name where it is made of words and short numbers, else its number: a name may be any text.';
