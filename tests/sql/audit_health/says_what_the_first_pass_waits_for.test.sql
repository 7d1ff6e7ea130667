begin;
select plan(9);

create function pg_temp.reasons()
returns text language sql as $$
    select string_agg(r, '; ') from jsonb_array_elements_text(analytics.get_audit_health() -> 'reasons') as r;
$$;
create function pg_temp.answer(code integer)
returns void language sql as $$
    insert into analytics.http_calls (function_name, job_name, queued_at, deadline_at, status_code, harvested_at)
    values ('cron-audit', 'analytics-cron-audit', '2026-11-29 12:05:00+00', '2026-11-29 12:08:00+00', code, now());
$$;
delete from analytics.http_calls;
update analytics.audit_state set last_audit_at = null, last_outcome = null, judged_since = null;

select is(analytics.get_audit_health() ->> 'status', 'unknown', 'before the first pass it is not known');
select is(pg_temp.reasons(), 'no audit has run yet: job analytics-cron-audit makes the first within five minutes', 'it is awaited');
select pg_temp.answer(404);
select is(
    pg_temp.reasons(),
    'no audit has run yet: the call of 12:05 UTC was answered 404, so cron-audit was not deployed then; the next call follows within five minutes',
    'a function that is not there yet is named'
);
select pg_temp.answer(401);
select is(
    pg_temp.reasons(),
    'no audit has run yet: the call of 12:05 UTC was answered 401, so cron-audit did not take its signature: its log says why',
    'the newest answer counts: a refusal'
);
select pg_temp.answer(500);
select is(pg_temp.reasons(), 'no audit has run yet: the call of 12:05 UTC was answered 500; the log of cron-audit says why', 'a function that fails');
select pg_temp.answer(null);
select matches(pg_temp.reasons(), 'the call of 12:05 UTC was answered by nothing', 'no answer at all');

delete from vault.secrets where name = 'project_url';
select is(pg_temp.reasons(), 'no audit has run yet: project_url is missing in Vault', 'without a secret nothing else matters');
delete from vault.secrets where name = 'freshet_call_secret';
select is(
    pg_temp.reasons(), 'no audit has run yet: freshet_call_secret is missing in Vault and project_url is missing in Vault', 'both of them'
);

update analytics.audit_state set last_audit_at = now(), last_outcome = 'ok', judged_since = now();
select is(analytics.get_audit_health() -> 'reasons', '[]', 'after the first pass what the pass found counts');

select * from finish();
rollback;
