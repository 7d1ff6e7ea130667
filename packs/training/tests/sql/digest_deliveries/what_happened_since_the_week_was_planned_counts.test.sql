-- Managers a to h of organisation A with one person each, z of organisation B. A mail is planned, claimed, frozen and sent
-- at different times: in between managers leave, are deleted, unsubscribe, or their addresses complain.
begin;
select plan(28);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id, name, email) select u, u, u || '@example.com' from unnest(array['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'z']) as u;
insert into public.users (id) select 'of-' || u from unnest(array['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) as u;
insert into public.org_members (org_id, user_id, role) select '00000000-0000-0000-0000-0000000000a1', u, 'manager' from unnest(array['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) as u;
insert into public.org_members (org_id, user_id, role) values ('00000000-0000-0000-0000-0000000000b1', 'z', 'manager');
insert into public.org_members (org_id, user_id, role, manager_id) select '00000000-0000-0000-0000-0000000000a1', 'of-' || u, 'trainee', u from unnest(array['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) as u;
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;

create temporary table claimed (delivery_id bigint);
create function pg_temp.lease(n integer) returns uuid language sql as $$ select ('00000000-0000-0000-0000-00000000000' || n)::uuid; $$;
-- The managers of the batch; the ids are kept, as a sender keeps them.
create function pg_temp.claim(n integer) returns text language sql as $$
    delete from claimed;
    with batch as (select d.* from analytics.claim_digests(pg_temp.lease(n)) as d),
    kept as (insert into claimed select b.delivery_id from batch as b)
    select string_agg(b.manager_id, ' ' order by b.delivery_id) from batch as b;
$$;
create function pg_temp.freeze(n integer) returns text language sql as $$
    select analytics.freeze_digests(pg_temp.lease(n), (
        select jsonb_agg(jsonb_build_object('delivery_id', c.delivery_id, 'subject', 's', 'html', 'h', 'plain_text', 't')) from claimed as c
    ));
$$;
create function pg_temp.settle(n integer, outcome jsonb default '{"provider_id": "re_1"}') returns integer language sql as $$
    select analytics.settle_digests(pg_temp.lease(n), (
        select jsonb_agg(outcome || jsonb_build_object('delivery_id', c.delivery_id)) from claimed as c
    ));
$$;
create function pg_temp.end_waits() returns void language sql as $$
    update analytics.digest_deliveries set claimed_until = clock_timestamp() - interval '1 second' where status = 'claimed';
$$;
create function pg_temp.states() returns text language sql as $$
    select string_agg(concat_ws(':', d.manager_id, d.status, d.error_code), ' ' order by d.manager_id) from analytics.digest_deliveries as d;
$$;
create function pg_temp.week(back integer) returns date language sql as $$
    select date_trunc('week', now() at time zone 'UTC')::date - 7 * back;
$$;

-- Between planning and claiming.
select is(analytics.plan_digests(), 8::bigint, 'a to h are planned');
update public.org_members set left_at = now() - interval '1 second' where user_id = 'a';
update public.org_members set role = 'trainee' where user_id = 'b';
delete from public.org_members where user_id = 'c';
insert into analytics.digest_opt_outs (org_id, manager_id, reason, email) values ('00000000-0000-0000-0000-0000000000b1', 'z', 'complained', 'D@example.com');
select is(pg_temp.claim(1), 'e f g h', 'a manager who left, was demoted or deleted, or whose address complained elsewhere, is in no batch');
select is(
    pg_temp.states(), 'a:suppressed:not_a_manager b:suppressed:not_a_manager d:suppressed:opted_out e:claimed f:claimed g:claimed h:claimed',
    'and each row says why'
);

-- Between claiming and freezing.
insert into analytics.digest_opt_outs (org_id, manager_id, reason) values ('00000000-0000-0000-0000-0000000000a1', 'e', 'unsubscribed');
select is(pg_temp.freeze(1), null, 'a batch with a manager who unsubscribed since it was claimed is not sent');
select is(pg_temp.claim(2), 'f g h', 'and is made again at once, without that manager');
delete from public.org_members where user_id = 'g';
select is(pg_temp.freeze(2), null, 'nor is one with a manager who was deleted');
select is(pg_temp.claim(3), 'f h', 'it is made again, too');

-- In doubt: the answer was lost, so that the batch is repeated as it was.
create temporary table keys as select pg_temp.freeze(3) as key;
select isnt((select key from keys), null, 'a batch whose managers are as they were is frozen');
delete from public.org_members where user_id = 'h';
select pg_temp.end_waits();
select is(pg_temp.claim(4), 'f', 'a manager who is deleted while the batch is in doubt has no row any more');
select is(
    analytics.freeze_digests(pg_temp.lease(4), null), (select key from keys),
    'the batch keeps its key: with another one the provider would send the other mails twice'
);
select is(pg_temp.settle(4), 1, 'the rest is settled');

-- Not in doubt: the provider refused the batch for its rate or a quota, and sent none.
insert into public.org_members (org_id, user_id, role) select '00000000-0000-0000-0000-0000000000a1', u, 'manager' from unnest(array['g', 'h']) as u;
update public.org_members set manager_id = substr(user_id, 4) where user_id in ('of-g', 'of-h');
select is(analytics.plan_digests(pg_temp.week(2)), 5::bigint, 'of another week, d to h are planned');
select is(pg_temp.claim(5), 'f g h', 'f, g and h are claimed');
select isnt(pg_temp.freeze(5), null, 'and frozen');
select is(analytics.defer_digests(pg_temp.lease(5), 'daily_quota_exceeded', '1 hour', is_unsent => true), 3, 'a quota is used up');
select is(pg_temp.claim(6), null, 'all wait');
insert into analytics.digest_opt_outs (org_id, manager_id, reason, email) values ('00000000-0000-0000-0000-0000000000a1', 'g', 'complained', 'g@example.com');
select is_empty($$ select from analytics.digest_deliveries where status = 'claimed' and (frozen_at is not null or html is not null) $$, 'none is in doubt');
select pg_temp.end_waits();
select is(pg_temp.claim(6), 'f h', 'so that a complaint meanwhile still counts');
update analytics.digest_deliveries set planned_at = now() - interval '49 hours' where status = 'claimed';
select pg_temp.end_waits();
select is(pg_temp.claim(7), null, 'and a quota of two days ends as too late');
select is((select string_agg(d.manager_id || ':' || d.error_code, ' ' order by d.manager_id) from analytics.digest_deliveries as d where d.status = 'failed'), 'f:too_late h:too_late', 'not as an answer that was lost');

-- Failed mails that an operator has sent once more may have arrived: their links must work.
create temporary table before as select d.manager_id, d.unsubscribe_token, d.delivery_id from analytics.digest_deliveries as d where d.status = 'failed';
update public.users set email = 'new@example.com' where id = 'f';
update public.org_members set left_at = now() - interval '1 second' where user_id = 'h';
select is(analytics.retry_digests(pg_temp.week(2)), 1::bigint, 'f is planned once more, h is no manager any more');
select is(
    (select string_agg(concat_ws(':', d.manager_id, d.status, d.error_code, d.email), ' ' order by d.manager_id) from analytics.digest_deliveries as d join before as b using (delivery_id)),
    'f:pending:new@example.com h:suppressed:not_a_manager:h@example.com', 'with the address of now'
);
select results_eq(
    $$ select d.manager_id, d.unsubscribe_token from analytics.digest_deliveries as d join before as b using (delivery_id) order by 1 $$,
    $$ select b.manager_id, b.unsubscribe_token from before as b order by 1 $$, 'the link of a first mail that did arrive still unsubscribes'
);
select isnt((select d.figures from analytics.digest_deliveries as d where d.status = 'pending'), null, 'with figures');
select is(pg_temp.claim(8), 'f', 'it is claimed');
truncate keys;
insert into keys select pg_temp.freeze(8);
select pg_temp.settle(8, '{"error_code": "failed_at_provider"}');
select is(analytics.retry_digests(pg_temp.week(2)), 1::bigint, 'it fails and is planned again');
select is(pg_temp.claim(9), 'f', 'it is claimed again');
select isnt(pg_temp.freeze(9), (select key from keys), 'a mail that is planned again has a new key: the provider would not send it under the old one');

select * from finish();
rollback;
