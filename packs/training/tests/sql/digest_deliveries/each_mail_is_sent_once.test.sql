-- Managers a to e with one person each; b has no address, c unsubscribed. So a, d and e get mails.
begin;
select plan(20);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id, name, email) select u, u, case when u <> 'b' then u || '@example.com' end from unnest(array['a', 'b', 'c', 'd', 'e']) as u;
insert into public.users (id) select 'of-' || u from unnest(array['a', 'b', 'c', 'd', 'e']) as u;
insert into public.org_members (org_id, user_id, role) select '00000000-0000-0000-0000-0000000000a1', u, 'manager' from unnest(array['a', 'b', 'c', 'd', 'e']) as u;
insert into public.org_members (org_id, user_id, role, manager_id) select '00000000-0000-0000-0000-0000000000a1', 'of-' || u, 'trainee', u from unnest(array['a', 'b', 'c', 'd', 'e']) as u;
insert into analytics.digest_opt_outs (org_id, manager_id, reason, email) values
    ('00000000-0000-0000-0000-0000000000a1', 'c', 'unsubscribed', null), ('00000000-0000-0000-0000-0000000000a1', 'd', 'bounced', 'old@example.com');
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;

create function pg_temp.lease(n integer) returns uuid language sql as $$ select ('00000000-0000-0000-0000-00000000000' || n)::uuid; $$;
create function pg_temp.claim(n integer, size integer default 100) returns text language sql as $$
    select string_agg(d.manager_id, ' ' order by d.delivery_id) from analytics.claim_digests(pg_temp.lease(n), batch_size => size) as d;
$$;
create function pg_temp.freeze(n integer, body text) returns text language sql as $$
    select analytics.freeze_digests(pg_temp.lease(n), (
        select jsonb_agg(jsonb_build_object('delivery_id', d.delivery_id, 'subject', 's', 'html', body, 'plain_text', 't'))
        from analytics.digest_deliveries as d where d.status = 'claimed'
    ));
$$;
create function pg_temp.settle(n integer) returns integer language sql as $$
    select analytics.settle_digests(pg_temp.lease(n), (
        select jsonb_agg(jsonb_build_object('delivery_id', d.delivery_id, 'provider_id', 're_' || d.manager_id))
        from analytics.digest_deliveries as d where d.status = 'claimed'
    ));
$$;
create function pg_temp.lose_lease() returns void language sql as $$
    update analytics.digest_deliveries set claimed_until = clock_timestamp() - interval '1 second' where status = 'claimed';
$$;
create function pg_temp.states() returns text language sql as $$
    select string_agg(concat_ws(':', d.manager_id, d.status, d.error_code), ' ' order by d.manager_id) from analytics.digest_deliveries as d;
$$;

select throws_ok($$ select analytics.plan_digests((date_trunc('week', now() at time zone 'UTC'))::date) $$, '22023', null, 'a week that is not over is not planned');
select is(analytics.plan_digests(), 5::bigint, 'each manager with people is planned');
select is(analytics.plan_digests(), 0::bigint, 'and once, however often the job runs');
select is(pg_temp.states(), 'a:pending b:suppressed:no_address c:suppressed:opted_out d:pending e:pending', 'no mail without an address or after an opt-out; a bounce of an old address is no opt-out');

select is(pg_temp.claim(1, 2), 'a d', 'a batch is claimed in the order of its rows');
select is(pg_temp.claim(2, 2), null, 'a second sender gets nothing while the first has its lease');
select pg_temp.lose_lease();
insert into analytics.digest_opt_outs (org_id, manager_id, reason, email) values ('00000000-0000-0000-0000-0000000000a1', 'd', 'complained', 'D@example.com');
select is(pg_temp.claim(2, 2), 'a e', 'a batch that was never about to be sent is made again, without those who opted out meanwhile');
create temporary table keys as select pg_temp.freeze(2, 'first') as key;
select matches((select key from keys), '^digest/\d{4}-\d\d-\d\d/\d+-\d+-[0-9a-f]{32}$', 'a frozen batch has a key');
select is(pg_temp.freeze(1, 'late'), null, 'a sender that lost its lease gets none');
select pg_temp.lose_lease();
select is(pg_temp.settle(1), 0, 'and settles nothing');
select is(pg_temp.claim(3, 1), 'a e', 'a batch that may have been sent is given out again whole, whatever the size asked for');
select is(pg_temp.freeze(3, 'second'), (select key from keys), 'with the same mails and the same key');
select is(analytics.defer_digests(pg_temp.lease(3), 'daily_quota_exceeded', '1 hour'), 2, 'a wait that the provider asks for gives it back');
select is(pg_temp.claim(4), null, 'and stops every sender');
select pg_temp.lose_lease();
select is(pg_temp.claim(4), 'a e', 'until it is over');
select analytics.defer_digests(pg_temp.lease(4), 'validation_error', '0', is_refused => true);
select is(pg_temp.claim(5), 'a', 'mails of a refused batch are sent one by one');
select pg_temp.freeze(5, 'third');
select pg_temp.settle(5);
select pg_temp.claim(6);
select pg_temp.freeze(6, 'fourth');
update analytics.digest_deliveries set frozen_at = clock_timestamp() - interval '23 hours 1 minute' where status = 'claimed';
select pg_temp.lose_lease();
select is(pg_temp.claim(7), null, 'a mail in doubt for 23 hours is not repeated: the provider has forgotten its key');
select is(pg_temp.states(), 'a:sent b:suppressed:no_address c:suppressed:opted_out d:suppressed:opted_out e:failed:answer_lost', 'each mail was settled once');
select is_empty($$ select from analytics.digest_deliveries where figures is not null or html is not null or plain_text is not null $$, 'and nothing of the mails is kept');

set local role service_role;
select lives_ok(
    $$ select * from analytics.claim_digests(gen_random_uuid());
       select analytics.freeze_digests(gen_random_uuid(), '[]');
       select analytics.settle_digests(gen_random_uuid(), '[]');
       select analytics.defer_digests(gen_random_uuid(), 'rate_limit_exceeded', '1 second') $$,
    'a sender has the rights of the service role and needs no other'
);
reset role;

select * from finish();
rollback;
