begin;
select plan(23);

select analytics.register_job(job_name => 'probe-declared', schedule => '0 0 1 1 *', command => 'select 1', late_after => '7 minutes', max_runtime => '3 minutes');
select cron.schedule('probe-by-hand', '0 0 1 1 *', 'select 1');
select set_config('probe.nameless', cron.schedule('0 0 1 1 *', 'select 2')::text, true);

create function pg_temp.declared(name text) returns analytics.scheduled_jobs language sql as $$
    select d from analytics.scheduled_jobs as d where d.job_name = name;
$$;
create function pg_temp.listed(name text) returns jsonb language sql as $$
    select analytics.list_jobs(job => name) -> 'rows' -> 0;
$$;
create function pg_temp.actions(query jsonb) returns jsonb language sql as $$
    select coalesce(jsonb_agg(r - 'action_id' - 'acted_at' order by (r ->> 'action_id')::bigint desc), '[]') from jsonb_array_elements(query -> 'rows') as r;
$$;

-- As the data API calls it for the function that has verified the caller.
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';

select is(
    analytics.operate_job('mute', 'probe-declared', now() + interval '2 hours', ' planned work ', 'anna', '00000000-0000-4000-8000-000000000001')
        - 'action_id' - 'acted_at',
    jsonb_build_object(
        'operator_kind', 'user', 'operator_id', 'anna', 'action', 'mute', 'subject', 'probe-declared', 'reason', 'planned work',
        'muted_until', now() + interval '2 hours', 'refresh_request_id', null, 'request_id', '00000000-0000-4000-8000-000000000001'
    ),
    'a mute is answered with who, what, until when and why'
);
reset role;
select is((pg_temp.declared('probe-declared')).muted_until, now() + interval '2 hours', 'and is done');
select is(
    pg_temp.listed('probe-declared') -> 'mute' ->> 'operator_id', 'anna', 'the list of jobs says who muted it'
);
select is(pg_temp.listed('probe-declared') -> 'mute' ->> 'reason', 'planned work', 'and why');
update analytics.scheduled_jobs set muted_until = now() + interval '3 hours' where job_name = 'probe-declared';
select is(pg_temp.listed('probe-declared') -> 'mute', 'null', 'of a mute by SQL nobody is known');
set local role service_role;
select throws_ok($$ select analytics.operate_job('mute', 'probe-declared', 'infinity', 'x') $$, '22023', null, 'no job is muted for ever');
select throws_ok($$ select analytics.operate_job('mute', 'probe-declared', now() + interval '32 days', 'x') $$, '22023', null, 'nor for longer than a month');
select throws_ok($$ select analytics.operate_job('mute', 'probe-declared', null, 'x') $$, '22023', null, 'nor without an end');
select throws_ok($$ select analytics.operate_job('pause', 'probe-declared') $$, '22023', null, 'nothing else can be done');
select throws_ok($$ select analytics.operate_job('mute', 'probe-nowhere', now(), 'x') $$, 'PT404', null, 'an unknown job is none');
select throws_ok($$ select analytics.operate_job('mute', 'probe-by-hand', now(), 'x') $$, 'PT409', null, 'a job that nobody declared cannot be muted');

select is(analytics.operate_job('unmute', 'probe-declared') ->> 'operator_kind', 'secret_key', 'without a user it is the secret key');
reset role;
select is((pg_temp.declared('probe-declared')).muted_until, null, 'and an unmute ends the mute');

set local role service_role;
select is(analytics.operate_job('adopt', 'probe-by-hand', reason => 'ours') ->> 'action', 'adopt', 'a job can be adopted');
reset role;
select ok((pg_temp.listed('probe-by-hand') ->> 'is_declared')::boolean, 'and is declared then');
select cron.schedule('probe-declared', '0 1 1 1 *', 'select 1');
set local role service_role;
select analytics.operate_job('adopt', 'probe-declared');
reset role;
select is(
    array[(pg_temp.declared('probe-declared')).schedule, (pg_temp.declared('probe-declared')).late_after::text, (pg_temp.declared('probe-declared')).max_runtime::text],
    array['0 1 1 1 *', '00:07:00', '00:03:00'], 'a declared job is declared as it is now, with the limits that it had'
);
set local role service_role;
select throws_ok($$ select analytics.operate_job('adopt', 'probe-nowhere') $$, 'PT404', null, 'one that does not exist cannot');
select throws_ok(
    format($$ select analytics.operate_job('adopt', 'jobid:%s') $$, current_setting('probe.nameless')), 'PT409', null, 'nor one without a name'
);

select is(analytics.operate_refresh('mv_agent_progress', reason => 'late', operator_id => 'anna') ->> 'requested_by', 'admin', 'a refresh is requested for an administrator');
select throws_ok($$ select analytics.operate_refresh('mv_nowhere') $$, 'PT404', null, 'of a view that exists');
reset role;
select is(
    pg_temp.actions(analytics.list_actions(subject => 'mv_agent_progress')),
    jsonb_build_array(jsonb_build_object(
        'operator_kind', 'user', 'operator_id', 'anna', 'action', 'refresh', 'subject', 'mv_agent_progress', 'reason', 'late', 'muted_until', null,
        'refresh_request_id', (select max(r.id) from analytics.refresh_requests as r where r.view_name = 'mv_agent_progress'), 'request_id', null
    )),
    'and recorded with its request'
);
select is(
    (select array_agg(r ->> 'action' order by (r ->> 'action_id')::bigint desc) from jsonb_array_elements(analytics.list_actions() -> 'rows') as r),
    array['refresh', 'adopt', 'adopt', 'unmute', 'mute'], 'what was refused is not among what was done, newest first'
);
select is(
    (
        select analytics.list_actions(before_id => (p.page ->> 'next_cursor')::bigint, page_size => 1) #>> '{rows,0,action}'
        from (select analytics.list_actions(page_size => 3) as page) as p
    ),
    'unmute', 'a page begins below the cursor'
);

select * from finish();
rollback;
