-- Managers a and b of organisation A, with one person each; a manages in organisation B, too.
begin;
select plan(26);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id, name, email) values ('a', 'a', 'A@example.com'), ('b', 'b', 'b@example.com'), ('p', 'p', null), ('q', 'q', null);
insert into public.org_members (org_id, user_id, role) values
    ('00000000-0000-0000-0000-0000000000a1', 'a', 'manager'), ('00000000-0000-0000-0000-0000000000a1', 'b', 'manager'), ('00000000-0000-0000-0000-0000000000b1', 'a', 'manager');
insert into public.org_members (org_id, user_id, role, manager_id) values
    ('00000000-0000-0000-0000-0000000000a1', 'p', 'trainee', 'a'), ('00000000-0000-0000-0000-0000000000a1', 'q', 'trainee', 'b'), ('00000000-0000-0000-0000-0000000000b1', 'p', 'trainee', 'a');
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;
select analytics.rotate_call_secret();
select vault.create_secret('http://127.0.0.1:9', 'project_url') where not exists (select from vault.decrypted_secrets where name = 'project_url');

create function pg_temp.calls() returns bigint language sql as $$
    select count(*) from analytics.http_calls as c where c.function_name like '%weekly-digest%';
$$;
create function pg_temp.delivery(org text, manager text) returns analytics.digest_deliveries language sql security definer as $$
    select d from analytics.digest_deliveries as d where d.org_id = ('00000000-0000-0000-0000-0000000000' || org)::uuid and d.manager_id = manager;
$$;
create function pg_temp.settle(results text) returns void language sql as $$
    update analytics.digest_deliveries set status = results, settled_at = now(), provider_id = 're_1', claimed_until = null, lease_id = null,
        error_code = case when results = 'failed' then 'answer_lost' end where settled_at is null;
$$;

select is(analytics.send_weekly_digest(), null, 'digests are off in a new project');
select is(analytics.check_weekly_digest(), null, 'and nothing is checked');
select is((select count(*) from analytics.digest_deliveries), 0::bigint, 'and nothing is planned');
select analytics.switch_weekly_digest(true);
select is(analytics.send_weekly_digest(), 3::bigint, 'switched on, each manager of each organisation is planned');
select is((pg_temp.delivery('b1', 'a')).figures ->> 'org_name', 'B', 'with the name of the organisation');
select is(pg_temp.calls(), 1::bigint, 'and the sender is called');
select isnt(analytics.resume_weekly_digest(), null, 'the sender is called again while mails are left');
select lives_ok($$ select * from analytics.claim_digests('00000000-0000-0000-0000-000000000001') $$, 'a sender is at work');
select is(analytics.resume_weekly_digest(), null, 'and no second one is called');
select isnt(analytics.check_weekly_digest(), null, 'mails that are being sent are no trouble');
select analytics.defer_digests('00000000-0000-0000-0000-000000000001', 'daily_quota_exceeded', '1 hour');
select throws_like($$ select analytics.check_weekly_digest() $$, 'weekly digest of % waiting (daily_quota_exceeded): 3', 'a quota is reported at once and by its name');
update analytics.digest_deliveries set error_code = 'rate_limit_exceeded' where error_code = 'daily_quota_exceeded';
select isnt(analytics.check_weekly_digest(), null, 'a rate limit ends by itself');
update analytics.digest_deliveries set planned_at = now() - interval '121 minutes';
select throws_like($$ select analytics.check_weekly_digest() $$, '% waiting (rate_limit_exceeded): 3', 'after two hours any wait is trouble');

select analytics.switch_weekly_digest(false);
select is(analytics.check_weekly_digest(), null, 'switched off, nothing is reported');
select analytics.switch_weekly_digest(true);

select pg_temp.settle('failed');
select throws_like($$ select analytics.check_weekly_digest() $$, 'weekly digest of %: failed (answer_lost): 3', 'failed mails are one report');
select is(analytics.retry_digests((pg_temp.delivery('a1', 'b')).week_on), 3::bigint, 'an operator has them planned again');
select pg_temp.settle('sent');
select isnt(analytics.check_weekly_digest(), null, 'which ends the report');

set local role service_role;
select is(analytics.take_digest_event('msg_1', 'bounced', (pg_temp.delivery('a1', 'a')).delivery_id, 'a@Example.com'), 'taken', 'a bounce is taken, however the address is spelt');
select is(analytics.take_digest_event('msg_1', 'bounced', (pg_temp.delivery('a1', 'b')).delivery_id, 'b@example.com'), 'replayed', 'a message once');
select is(analytics.take_digest_event('msg_2', 'bounced', (pg_temp.delivery('a1', 'b')).delivery_id, 'other@example.com'), 'unknown', 'a mail of another sender stops nothing');
select is(analytics.take_digest_event('msg_3', 'failed', (pg_temp.delivery('a1', 'b')).delivery_id, 'b@example.com'), 'taken', 'a mail that the provider could not send is taken');
select is(analytics.unsubscribe_from_digests((pg_temp.delivery('a1', 'b')).unsubscribe_token), true, 'the token of a mail unsubscribes');
select is(analytics.unsubscribe_from_digests(gen_random_uuid()), false, 'an invented token does not');
reset role;
select results_eq(
    $$ select right(o.org_id::text, 2), o.manager_id, o.reason from analytics.digest_opt_outs as o order by 1, 2 $$,
    $$ values ('a1', 'a', 'bounced'), ('a1', 'b', 'unsubscribed'), ('b1', 'a', 'bounced') $$,
    'a bounced address gets no mail of any organisation, who unsubscribed none of that one'
);
select throws_like($$ select analytics.check_weekly_digest() $$, '%: address bounced: 2, failed (failed_at_provider): 1', 'both are in the one report');
update public.users set email = 'new@example.com' where id = 'a';
select throws_like($$ select analytics.check_weekly_digest() $$, '%: failed (failed_at_provider): 1', 'a corrected address ends its part');

select * from finish();
rollback;
