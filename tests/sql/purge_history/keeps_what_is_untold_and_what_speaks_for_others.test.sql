begin;
select plan(9);

create function pg_temp.incident(subject text, closed timestamptz, cause bigint default null)
returns bigint language sql as $$
    insert into analytics.incidents (
        epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence, announced_at, closed_at, resolution, cause_id
    )
    values (1, 'failed', subject, 'error', now(), now(), now(), 1, '{}', now(), closed, case when closed is not null then 'recovered' end, cause)
    returning incident_id;
$$;
create function pg_temp.alert(id bigint, said text, delivered timestamptz)
returns void language sql as $$
    insert into analytics.outbox (event_id, incident_id, transition, payload, state, delivered_at)
    values (md5(id || said), id, said, '{}', case when delivered is null then 'pending' else 'delivered' end, delivered);
$$;

update analytics.outbox set state = 'delivered';
select pg_temp.alert(pg_temp.incident('told and over', now() - interval '400 days'), 'opened', now() - interval '400 days');
select pg_temp.alert(pg_temp.incident('told lately', now() - interval '10 days'), 'opened', now() - interval '10 days');
select pg_temp.alert(pg_temp.incident('untold', now() - interval '400 days'), 'opened', null);
select pg_temp.alert(pg_temp.incident('still open', null), 'opened', now() - interval '400 days');
select pg_temp.incident('consequence', now() - interval '400 days', pg_temp.incident('cause', now() - interval '400 days'));

select is(freshet.purge_history() ->> 'outbox', '1', 'an alert goes that was delivered long ago, of an incident long over');
select is((select count(*)::integer from analytics.incidents where subject = 'told and over'), 0, 'and in the same call the incident');
select is((select count(*)::integer from analytics.incidents where subject = 'consequence'), 0, 'a consequence goes …');
select is((select count(*)::integer from analytics.incidents where subject = 'cause'), 1, '… before the incident that spoke for it');
select freshet.purge_history();
select bag_eq(
    $$ select subject from analytics.incidents where subject in ('told lately', 'untold', 'still open', 'cause') $$,
    array['told lately', 'untold', 'still open'],
    'what is young, untold or open stays'
);
select is((select count(*)::integer from analytics.outbox as o join analytics.incidents as i using (incident_id) where i.subject = 'still open'), 1, 'the alert of an open incident stays, for its recovery');

insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome)
values ('mv_probe', 'schedule', now() - interval '91 days', now() - interval '91 days', 'refreshed'), ('mv_probe', 'schedule', now(), now(), 'refreshed');
select is(freshet.purge_history() ->> 'refresh_log', '1', 'the ledger keeps 90 days');
update analytics.retention set keep_for = '92 days' where history = 'refresh_log';
insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome)
values ('mv_probe', 'schedule', now() - interval '91 days', now() - interval '91 days', 'refreshed');
select is(freshet.purge_history() ->> 'refresh_log', '0', 'or as long as the table says');
select throws_ok(
    $$ update analytics.retention set keep_for = '1 hour' $$, '23514', null, 'which is a day at least'
);

select * from finish();
rollback;
