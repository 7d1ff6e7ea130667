-- Object: analytics.resume_weekly_digest()
-- Why: a sender has seconds, may be killed, and waits when the provider says so. Each minute this asks the table whether
--      a batch is due, and makes no HTTP call where none is.
create function analytics.resume_weekly_digest()
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select analytics.invoke_function('weekly-digest')
    where exists (select from analytics.digest_settings as s where s.is_on)
        and exists (
            select
            from analytics.digest_deliveries as d
            where d.settled_at is null
            -- A batch that waits holds back all others.
            having count(*) > 0 and coalesce(max(d.claimed_until), '-infinity') <= clock_timestamp()
        );
$$;

revoke all on function analytics.resume_weekly_digest() from public, anon, authenticated;

comment on function analytics.resume_weekly_digest() is
    'Calls the function weekly-digest if digests are on and mails are due: unsettled, with no sender at work and no wait of the provider. Returns the request''s id, or null.';

select analytics.register_job(
    job_name => 'resume-weekly-digest',
    schedule => '* * * * *',
    command => 'set statement_timeout = ''30s''; select analytics.resume_weekly_digest()'
);
