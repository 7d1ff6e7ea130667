-- Object: freshet.assert_job_name()
-- Why: pg_cron cuts a long name silently, so the declared job would be missing.
create function freshet.assert_job_name(job_name text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if job_name is null or octet_length(job_name) not between 1 and 63 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('job name "%s" has %s bytes', job_name, coalesce(octet_length(job_name), 0)),
            hint = 'pg_cron keeps the first 63 bytes of a name, and would then be without this job: choose a shorter one. A view''s job is refresh-<view>.';
    end if;
end
$$;

revoke all on function freshet.assert_job_name(text) from public, anon, authenticated;

comment on function freshet.assert_job_name(text) is 'Raises 22023 unless pg_cron would keep the whole name.';
