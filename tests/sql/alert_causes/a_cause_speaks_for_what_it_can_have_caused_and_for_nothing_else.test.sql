begin;
select plan(14);

create function pg_temp.see(kind text, subject text, evidence jsonb default '{}', state text default 'bad')
returns void language sql as $$
    select freshet.observe(kind, subject, state, clock_timestamp(), evidence);
$$;
create function pg_temp.let_pass(step interval)
returns void language sql as $$
    update analytics.incidents set
        opened_at = opened_at - step, first_seen_at = first_seen_at - step, last_seen_at = last_seen_at - step,
        closed_at = closed_at - step, announced_at = announced_at - step, named_at = named_at - step;
    update analytics.findings set since = since - step;
    update analytics.struck_jobs set struck_at = struck_at - step;
$$;
create function pg_temp.told()
returns table (alert text, speaks_for jsonb) language sql as $$
    select o.transition || ' ' || (o.payload ->> 'fingerprint'), o.payload -> 'spoken_for'
    from analytics.outbox as o join analytics.incidents as i using (incident_id)
    order by o.created_at, o.incident_id;
$$;
-- A pass in which all of it was seen.
create function pg_temp.pass(variadic subjects text[])
returns text language plpgsql as $$
declare
    started_at constant timestamptz := clock_timestamp();
    seen text;
    causes text;
begin
    foreach seen in array subjects loop
        perform pg_temp.see(
            split_part(seen, ' ', 1), split_part(seen, ' ', 2), jsonb_strip_nulls(jsonb_build_object('job', nullif(split_part(seen, ' ', 3), '')))
        );
    end loop;
    perform freshet.announce_incidents(started_at);
    select string_agg(i.fingerprint || coalesce(' by ' || c.fingerprint, ''), ', ' order by i.incident_id) into causes
    from analytics.incidents as i left join analytics.incidents as c on c.incident_id = i.cause_id
    where i.opened_at >= started_at;
    return causes;
end
$$;
create function pg_temp.anew()
returns void language sql as $$
    delete from analytics.outbox; delete from analytics.incidents; delete from analytics.findings; delete from analytics.struck_jobs;
$$;
create function pg_temp.strike(kind text, job text, ago interval default '0')
returns void language sql as $$
    insert into analytics.struck_jobs (kind, job_name, runid, struck_at) values (kind, job, 1, clock_timestamp() - ago);
$$;
select freshet.declare_job('refresh-probe-' || n, '0 0 1 1 *', 'select 1', '5 minutes', '10 minutes', period => p::interval)
from unnest(array['5 minutes', '1 hour', '7 days']) with ordinality as t (p, n);

select pg_temp.anew();
select pg_temp.strike('restarted', 'refresh-probe-1');
select is(
    pg_temp.pass('restarted pg_cron', 'infrastructure pg_cron', 'zombie refresh-probe-2 refresh-probe-2'),
    'restarted:pg_cron, infrastructure:pg_cron, zombie:refresh-probe-2 by restarted:pg_cron',
    'a restart is a warning: it does not speak for refused connections, which are an error, but for the runs that it left open'
);
select pg_temp.anew();
select is(
    pg_temp.pass('infrastructure pg_cron', 'restarted pg_cron'), 'infrastructure:pg_cron, restarted:pg_cron', 'nor in another order'
);

select pg_temp.anew();
select pg_temp.strike('infrastructure', 'refresh-probe-3');
select is(
    pg_temp.pass('infrastructure pg_cron', 'stale probe-1 refresh-probe-1', 'stale probe-3 refresh-probe-3'),
    'infrastructure:pg_cron, stale:probe-1, stale:probe-3 by infrastructure:pg_cron',
    'a refused connection speaks for the view of the job that it struck, and for no other'
);
select pg_temp.anew();
select pg_temp.strike('infrastructure', 'refresh-probe-2', '50 minutes');
select pg_temp.pass('infrastructure pg_cron');
select is(pg_temp.pass('stale probe-2 refresh-probe-2'), 'stale:probe-2 by infrastructure:pg_cron', 'within the period of that job');
select pg_temp.anew();
select pg_temp.strike('infrastructure', 'refresh-probe-2', '66 minutes');
select pg_temp.pass('infrastructure pg_cron');
select is(pg_temp.pass('stale probe-2 refresh-probe-2'), 'stale:probe-2', 'and no longer: it ought to have run again by then');

select pg_temp.anew();
select pg_temp.pass('orphan_owner probe');
select is(pg_temp.pass('stale probe-2 refresh-probe-2'), 'stale:probe-2 by orphan_owner:probe', 'a dropped owner makes the scheduler crash, for everybody');
select pg_temp.anew();
select pg_temp.pass('orphan_owner probe');
select pg_temp.let_pass('2 hours');
select is(
    pg_temp.pass('orphan_owner probe', 'stale probe-2 refresh-probe-2'), 'stale:probe-2',
    'for one period: weeks later it does not speak for what is stale while jobs run'
);

select pg_temp.anew();
select is(
    pg_temp.pass('scheduler_gone pg_cron', 'stale probe-3 refresh-probe-3', 'missed pg_cron'),
    'scheduler_gone:pg_cron, stale:probe-3 by scheduler_gone:pg_cron, missed:pg_cron by scheduler_gone:pg_cron',
    'a scheduler that is gone strikes everything for as long as it is gone'
);

-- Closed in the same pass.
select pg_temp.anew();
select pg_temp.pass('scheduler_gone pg_cron');
select pg_temp.see('scheduler_gone', 'pg_cron', '{}', 'ok');
select is(pg_temp.pass('stale probe-1 refresh-probe-1'), 'stale:probe-1', 'a cause that is over in the pass speaks for nothing that opens in it');

-- Muted.
select pg_temp.anew();
select pg_temp.pass('stuck refresh-probe-1 refresh-probe-1');
select is(pg_temp.pass('missed refresh-probe-1 refresh-probe-1'), 'missed:refresh-probe-1 by stuck:refresh-probe-1', 'a run that hangs speaks for the slots of its job');
select pg_temp.anew();
update analytics.scheduled_jobs set muted_until = now() + interval '1 day' where job_name = 'refresh-probe-1';
select pg_temp.pass('stuck refresh-probe-1 refresh-probe-1');
update analytics.scheduled_jobs set severity = 'fatal' where job_name = 'refresh-probe-1';
select is(
    pg_temp.pass('undeclared refresh-probe-2 refresh-probe-2', 'stale probe-2 refresh-probe-1'), 'undeclared:refresh-probe-2, stale:probe-2',
    'nothing is spoken for while it is muted, nor by what is muted'
);

select pg_temp.anew();
select pg_temp.see('failed', 'refresh-probe-1 of stranger', '{"job": "refresh-probe-1", "owner": "stranger"}');
select freshet.announce_incidents(now());
select is((select alert from pg_temp.told()), 'opened failed:refresh-probe-1 of stranger', 'a mute is of one owner''s job');

select pg_temp.anew();
select is(
    pg_temp.pass('failed probe-x probe-x', 'undeclared probe-x probe-x', 'unset_timeout probe-x probe-x'),
    'failed:probe-x, undeclared:probe-x by failed:probe-x, unset_timeout:probe-x by failed:probe-x',
    'a job that is broken, undeclared and badly written is one piece of news'
);
select is_empty(
    $$
        with recursive follows as (
            select kind, cause from analytics.alert_causes
            union
            select f.kind, c.cause from follows as f join analytics.alert_causes as c on c.kind = f.cause
        )
        select kind from follows where kind = cause
    $$,
    'no kind follows from itself'
);

select * from finish();
rollback;
