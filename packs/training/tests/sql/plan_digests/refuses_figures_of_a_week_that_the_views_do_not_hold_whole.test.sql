begin;
select plan(5);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id, name, email) values ('a', 'a', 'a@example.com'), ('p', 'p', null);
insert into public.org_members (org_id, user_id, role, manager_id) values ('00000000-0000-0000-0000-0000000000a1', 'a', 'manager', null), ('00000000-0000-0000-0000-0000000000a1', 'p', 'trainee', 'a');
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;

create function pg_temp.verified(view text, at timestamptz) returns void language sql as $$
    update analytics.views as v set verified_at = at where v.view_name = view;
$$;
create function pg_temp.monday() returns timestamptz language sql as $$ select date_trunc('week', now() at time zone 'UTC') at time zone 'UTC'; $$;

select pg_temp.verified('mv_user_activity_day', pg_temp.monday() - interval '1 second');
select throws_like($$ select analytics.plan_digests() $$, '%mv_user_activity_day%', 'a view that was last brought up to date on Sunday lacks attempts of the week: nothing is planned');
select is((select count(*) from analytics.digest_deliveries), 0::bigint, 'so that the week can still be planned');
select pg_temp.verified('mv_user_activity_day', pg_temp.monday());
select pg_temp.verified('mv_assignment_status', null);
select throws_ok($$ select analytics.plan_digests() $$, '55000', null, 'the state of assignments is as much a part of the mail');
select pg_temp.verified('mv_assignment_status', pg_temp.monday());
set local timezone = 'Pacific/Kiritimati';
select is(analytics.plan_digests(), 1::bigint, 'on Monday at 00:00 UTC both hold the whole week, whatever the session''s time zone');
reset timezone;
select is(
    (select d.week_on from analytics.digest_deliveries as d),
    (now() at time zone 'UTC')::date - extract(isodow from now() at time zone 'UTC')::integer + 1 - 7, 'and the week is that of UTC'
);

select * from finish();
rollback;
