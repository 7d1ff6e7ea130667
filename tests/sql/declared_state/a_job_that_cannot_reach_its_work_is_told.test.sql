begin;
select plan(9);

create function pg_temp.open_now(wanted text)
returns table (subject text, message text) language sql as $$
    select i.subject, i.evidence ->> 'message' from analytics.incidents as i
    where i.closed_at is null and i.kind = wanted order by 1;
$$;
create function pg_temp.calendar()
returns jsonb language sql as $$
    select jsonb_build_object('jobs', jsonb_agg(jsonb_build_object(
        'job_name', jobname, 'schedule', schedule, 'never_fires', schedule = '0 0 30 2 *'
    ))) from cron.job;
$$;

do $$ begin perform vault.update_secret(id, 'https://mine.supabase.co') from vault.secrets where name = 'project_url'; end $$;
select vault.create_secret('https://mine.supabase.co', 'project_url') where not exists (select from vault.secrets where name = 'project_url');
select analytics.register_job('probe-mine', '0 0 1 1 *', $$select net.http_post('https://mine.supabase.co/functions/v1/x')$$);
select analytics.register_job('probe-chat', '0 1 1 1 *', $$select net.http_post('https://hooks.chat.example.com/services/x')$$);
select analytics.register_job('probe-clone', '0 2 1 1 *', $$select net.http_post(url := 'https://Other.supabase.co/functions/v1/x', headers := '{"apikey": "sb_secret_planted"}')$$);
select analytics.audit_pass();
select results_eq(
    $$ select * from pg_temp.open_now('wrong_host') $$,
    $$ values ('probe-clone', 'job "probe-clone" calls other.supabase.co, and this project is mine.supabase.co') $$,
    'a job that calls another project is told, one that calls another service is not'
);
select is((select count(*) from analytics.outbox where payload::text like '%sb_secret_planted%'), 0::bigint, 'without its command');
select analytics.register_job('probe-clone', '0 2 1 1 *', $$select net.http_post('https://mine.supabase.co/functions/v1/x')$$);
select analytics.audit_pass();
select is_empty($$ select * from pg_temp.open_now('wrong_host') $$, 'until it is mended');

select analytics.register_job('probe-never', '0 0 30 2 *', 'select 1');
select analytics.audit_pass();
select is_empty($$ select * from pg_temp.open_now('never_fires') $$, 'without a calendar nothing is said of slots');
select analytics.audit_pass(calendar => pg_temp.calendar());
select results_eq(
    $$ select * from pg_temp.open_now('never_fires') $$,
    $$ values ('probe-never', 'no minute of the next eight years fits "0 0 30 2 *"') $$,
    'a schedule that no minute fits is told'
);
select analytics.register_job('probe-never', '0 0 28 2 *', 'select 1');
select analytics.audit_pass(calendar => pg_temp.calendar());
select is((select resolution from analytics.incidents where kind = 'never_fires'), 'recovered', 'until it gets another one');

-- A role cannot be dropped within this transaction and be looked up without it: the finder is asked directly.
select is_empty('select * from freshet.find_orphan_owners()', 'every job has an owner');
select is(freshet.url_host('https://eve:pw@Host.example.com:8443/x?y'), 'host.example.com', 'a host is read without user, password and port');
select is(freshet.url_host('host.example.com'), null, 'and not where there is none');

select * from finish();
rollback;
