begin;
select plan(9);

create function pg_temp.open_now()
returns table (kind text, subject text, message text) language sql as $$
    select i.kind, i.subject, i.evidence ->> 'message' from analytics.incidents as i
    where i.closed_at is null and i.subject like 'probe%' order by 1, 2;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select analytics.audit_pass();

select cron.unschedule('probe-a'), cron.schedule('probe-b', '0 0 1 1 *', 'select 1');
select analytics.audit_pass();
select results_eq(
    'select kind, subject, regexp_replace(message, ''\d+'', ''…'') from pg_temp.open_now()',
    $$ values ('renamed', 'probe-a', 'cron.job has no job "probe-a"; job "probe-b" (jobid …) does its work: renamed?') $$,
    'a declared job whose work goes on under another name is one finding, which names both'
);
select analytics.audit_pass();
select is((select count(*) from analytics.outbox), 1::bigint, 'and one alert');
select cron.unschedule('probe-b');
select analytics.restore_job('probe-a');
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'its repair mends it');

select cron.unschedule('probe-a'), cron.schedule('probe-b', '0 0 1 1 *', 'select 1');
select analytics.adopt_job('probe-b'), freshet.withdraw_job('probe-a');
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'and so does declaring the new name');

-- What only looks like it.
select cron.unschedule('probe-b'), cron.schedule('probe-c', '0 0 1 1 *', 'select 2');
select analytics.audit_pass();
select results_eq(
    'select kind, subject from pg_temp.open_now()', $$ values ('missing', 'probe-b'), ('undeclared', 'probe-c') $$,
    'other work under another name is two findings'
);
select freshet.withdraw_job('probe-b'), cron.unschedule('probe-c');

select analytics.register_job('probe-d', '0 0 1 1 *', 'select 4');
select analytics.register_job('probe-e', '0 0 1 1 *', 'select 4');
select cron.unschedule('probe-e'), cron.schedule('probe-f', '0 0 1 1 *', 'select 4');
select analytics.audit_pass();
select results_eq(
    'select kind, subject from pg_temp.open_now()', $$ values ('duplicated', 'probe-d'), ('missing', 'probe-e') $$,
    'work that is still scheduled as declared is repeated, not renamed'
);
select cron.unschedule('probe-f'), cron.unschedule('probe-d');
select cron.schedule('probe-g', '0 0 1 1 *', 'select 4'), cron.schedule('probe-h', '0 0 1 1 *', 'select 4');
select analytics.audit_pass();
select results_eq(
    'select kind, subject from pg_temp.open_now()', $$ values ('renamed', 'probe-d'), ('renamed', 'probe-e') $$, 'two are paired'
);

-- yugabyte-db#23142
select cron.schedule('probe-i', '0 0 1 1 *', 'select 5');
select analytics.adopt_all_jobs();
select freshet.withdraw_job('probe-' || n) from unnest(array['d', 'e', 'g', 'h']) as n;
select cron.unschedule('probe-' || n) from unnest(array['g', 'h']) as n;
select cron.schedule('probe-i', '0 6 1 1 *', 'select 6');
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.open_now()',
    $$ values ('edited', 'probe-i', 'job "probe-i" has schedule "0 6 1 1 *" instead of "0 0 1 1 *", another command') $$,
    'a name that is scheduled again replaces the job, and an adopted one is told as edited (yugabyte-db#23142)'
);
select analytics.restore_job('probe-i');
select results_eq(
    $$ select schedule, command from cron.job where jobname = 'probe-i' $$, $$ values ('0 0 1 1 *', 'select 5') $$,
    'what was replaced can be restored (yugabyte-db#23142)'
);

select * from finish();
rollback;
