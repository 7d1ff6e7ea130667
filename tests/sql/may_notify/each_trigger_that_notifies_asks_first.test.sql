begin;
select plan(5);

select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in ('freshet'::regnamespace, 'analytics'::regnamespace, 'public'::regnamespace)
           and p.prorettype = 'trigger'::regtype and p.prosrc ~ 'pg_notify' and p.prosrc !~ 'may_notify' $$,
    'no trigger notifies without asking: a full queue would fail the commits of its table'
);
insert into analytics.event_channels (channel, pack) values ('may_probe', 'probe');
select is(freshet.may_notify('may_probe'), true, 'a channel that is on may be notified while the queue is short');
update analytics.event_channels set is_on = false where channel = 'may_probe';
select is(freshet.may_notify('may_probe'), false, 'one that is off may not');
select is(freshet.may_notify('no_channel'), false, 'nor one that no pack has');
select cmp_ok(pg_notification_queue_usage(), '<', 0.5::float8, 'the queue of this server is short');

select * from finish();
rollback;
