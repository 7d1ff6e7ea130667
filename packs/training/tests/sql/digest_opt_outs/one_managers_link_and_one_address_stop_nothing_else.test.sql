-- What a link, a replayed message and a message about another address can stop, with managers a and b who share an address in A, and a in B and C.
begin;
select plan(19);

insert into public.orgs (id, name) values
    ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B'), ('00000000-0000-0000-0000-0000000000c1', 'C');
insert into public.users (id, email) values ('a', 'shared@example.com'), ('b', 'Shared@Example.com'), ('c', 'c@example.com');
insert into public.org_members (org_id, user_id, role) values
    ('00000000-0000-0000-0000-0000000000a1', 'a', 'manager'), ('00000000-0000-0000-0000-0000000000a1', 'b', 'manager'), ('00000000-0000-0000-0000-0000000000a1', 'c', 'manager'),
    ('00000000-0000-0000-0000-0000000000b1', 'a', 'manager'), ('00000000-0000-0000-0000-0000000000c1', 'a', 'manager');
insert into analytics.digest_deliveries (week_on, org_id, manager_id, email, status, provider_id, settled_at)
select '2026-03-02', m.org_id, m.user_id, u.email, 'sent', 're_1', now()
from public.org_members as m join public.users as u on u.id = m.user_id
where m.org_id <> '00000000-0000-0000-0000-0000000000c1';

create function pg_temp.org(short text) returns uuid language sql as $$ select ('00000000-0000-0000-0000-0000000000' || short)::uuid; $$;
create function pg_temp.delivery(short text, manager text) returns analytics.digest_deliveries language sql as $$
    select d from analytics.digest_deliveries as d where d.org_id = pg_temp.org(short) and d.manager_id = manager;
$$;
create function pg_temp.stopped() returns text[] language sql as $$
    select array_agg(right(m.org_id::text, 2) || m.user_id order by m.org_id, m.user_id)
    from public.org_members as m join public.users as u on u.id = m.user_id
    where freshet.has_opted_out(m.org_id, m.user_id, u.email);
$$;

select is(pg_temp.stopped(), null, 'nothing is stopped');
select is(analytics.unsubscribe_from_digests((pg_temp.delivery('a1', 'a')).unsubscribe_token), true, 'a link of a in A');
select is(pg_temp.stopped(), array['a1a'], 'stops the mails of A to a: not those of B, and not those of b, who has the same address');
select is(analytics.unsubscribe_from_digests((pg_temp.delivery('a1', 'a')).unsubscribe_token), true, 'the same link again changes nothing');
select is(analytics.unsubscribe_from_digests(t), false, 'and no token that resembles it does: ' || t)
from (select (pg_temp.delivery('b1', 'a')).unsubscribe_token::text as whole) as x,
    unnest(array[overlay(whole placing case right(whole, 1) when '0' then '1' else '0' end from 36), overlay(whole placing case left(whole, 1) when '0' then '1' else '0' end from 1), '00000000-0000-0000-0000-000000000000']::uuid[]) as t;
select is(pg_temp.stopped(), array['a1a'], 'so nothing else is stopped');
update public.users set email = 'new@example.com' where id = 'a';
select is(pg_temp.stopped(), array['a1a'], 'a new address does not take the unsubscription back');
update public.users set email = 'shared@example.com' where id = 'a';

select is(analytics.take_digest_event('msg_1', 'bounced', (pg_temp.delivery('a1', 'c')).delivery_id, 'shared@example.com'), 'unknown', 'the delivery of one manager with the address of another is no delivery');
select is(pg_temp.stopped(), array['a1a'], 'and stops no mail');
select is(analytics.take_digest_event('msg_1', 'bounced', (pg_temp.delivery('a1', 'b')).delivery_id, 'shared@example.com'), 'replayed', 'a message is taken once, also when it was unknown');
select is(analytics.take_digest_event('msg_2', 'complained', (pg_temp.delivery('a1', 'b')).delivery_id, 'SHARED@example.com'), 'taken', 'a complaint about the shared address');
select is(pg_temp.stopped(), array['a1a', 'a1b', 'b1a', 'c1a'], 'stops every mail to it, also of an organisation that has not sent to it yet, and not those to c');

delete from analytics.digest_opt_outs where reason = 'complained';
update freshet.digest_events set taken_at = now() - interval '8 days 1 second';
select is(analytics.take_digest_event('msg_3', 'failed', (pg_temp.delivery('a1', 'c')).delivery_id, 'c@example.com'), 'taken', 'ids are forgotten after 8 days');
select is(analytics.take_digest_event('msg_2', 'complained', (pg_temp.delivery('a1', 'b')).delivery_id, 'shared@example.com'), 'taken', 'so the id of an older message is taken again, if it is signed now');
select is(analytics.take_digest_event('msg_3', 'bounced', (pg_temp.delivery('a1', 'c')).delivery_id, 'c@example.com'), 'replayed', 'an id of another reason is a replay too');
select is(pg_temp.stopped(), array['a1a', 'a1b', 'b1a', 'c1a'], 'and c still gets mails');
delete from public.org_members where org_id = pg_temp.org('a1') and user_id = 'a';
select is((select count(*) from analytics.digest_opt_outs where org_id = pg_temp.org('a1') and manager_id = 'a'), 0::bigint, 'what is known of a member goes with the membership');

select * from finish();
rollback;
