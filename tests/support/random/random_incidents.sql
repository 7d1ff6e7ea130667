-- Random incidents, causes and passes against the real functions. pg_temp.play(seed) plays one sequence, rolls it back and returns
-- the unreported incidents: those that were open for two passes, were never muted, and neither became an alert nor are named in one.
create temporary table seen (incident_id bigint primary key, pass_count integer not null, was_muted boolean not null);

create function pg_temp.pick(choices text[])
returns text language sql volatile as $$ select choices[1 + floor(random() * cardinality(choices))::integer] $$;

create function pg_temp.let_pass(step interval)
returns void language sql as $$
    update analytics.incidents set
        opened_at = opened_at - step, first_seen_at = first_seen_at - step, last_seen_at = last_seen_at - step,
        closed_at = closed_at - step, announced_at = announced_at - step, named_at = named_at - step,
        recovery_announced_at = recovery_announced_at - step;
    update analytics.findings set since = since - step where state = 'bad';
    update analytics.struck_jobs set struck_at = struck_at - step;
    update analytics.outbox set created_at = created_at - step;
    update analytics.scheduled_jobs set muted_until = muted_until - step where muted_until is not null;
    update analytics.audit_state set scheduler_resumed_at = scheduler_resumed_at - step;
$$;

-- One random finding of a detector.
create function pg_temp.see_something()
returns void language plpgsql as $$
declare
    nth constant integer := 1 + floor(random() * 8)::integer;
    job constant text := pg_temp.pick(array['probe-', 'refresh-probe-']) || nth;
    state constant text := pg_temp.pick(array['bad', 'bad', 'ok']);
    what text := pg_temp.pick(array[
        'failed', 'failed', 'failed', 'timed_out', 'http_failed', 'missed', 'stuck', 'zombie', 'undeclared', 'unset_timeout',
        'missing', 'stale', 'stale', 'stale', 'not_refreshable', 'restarted', 'infrastructure', 'scheduler_gone',
        'orphan_owner', 'history_off', 'missed everywhere', 'blind'
    ]);
    subject text := case
        when what in ('stale', 'not_refreshable') then 'probe-' || nth
        when what in ('restarted', 'infrastructure', 'scheduler_gone', 'missed everywhere') then 'pg_cron'
        when what = 'history_off' then 'cron.log_run'
        when what = 'orphan_owner' then 'probe owner'
        when what = 'blind' then 'analytics-cron-audit'
        else job
    end;
    evidence jsonb := jsonb_strip_nulls(jsonb_build_object(
        'job', case
            when what in ('stale', 'not_refreshable') then 'refresh-probe-' || nth
            when subject = job then job
        end,
        'jobs', case when what = 'missed everywhere' then jsonb_build_array('probe-1', 'refresh-probe-2') end,
        'severity', case when random() < 0.2 then pg_temp.pick(array['info', 'warning', 'error', 'fatal']) end,
        'sqlstate', case when what = 'failed' then pg_temp.pick(array['42703', '42P01', '22012', null]) end,
        'message', pg_temp.pick(array['division by zero', 'relation "x" does not exist', 'of ' || job || ' failed'])
    ));
begin
    if what = 'missed everywhere' then
        what := 'missed';
    elsif what in ('restarted', 'infrastructure') then
        if state = 'ok' then
            delete from analytics.struck_jobs as s where s.kind = what;
        else
            insert into analytics.struck_jobs (kind, job_name, runid, struck_at) values (what, job, 1, clock_timestamp())
            on conflict on constraint struck_jobs_pkey do update set struck_at = excluded.struck_at;
        end if;
    end if;
    perform freshet.observe(what, subject, state, clock_timestamp(), evidence);
end
$$;

create function pg_temp.pass()
returns void language plpgsql as $$
declare
    started_at constant timestamptz := clock_timestamp();
begin
    perform pg_temp.see_something() from generate_series(1, floor(random() * 6)::integer);
    perform freshet.announce_incidents(started_at);
    insert into seen as s (incident_id, pass_count, was_muted)
    select i.incident_id, 1, coalesce(j.muted_until > clock_timestamp(), false)
    from analytics.incidents as i
    left join analytics.scheduled_jobs as j on j.job_name = i.job_name
    where i.kind <> 'storm' and i.closed_at is null
    on conflict (incident_id) do update
    set pass_count = s.pass_count + 1, was_muted = s.was_muted or excluded.was_muted;
end
$$;

create function pg_temp.silent()
returns setof text language sql as $$
    select format('%s, severity %s, opened %s ago, closed %s ago, cause %s', i.fingerprint, i.severity, now() - i.opened_at, now() - i.closed_at, c.fingerprint)
    from seen as s
    join analytics.incidents as i on i.incident_id = s.incident_id
    left join analytics.incidents as c on c.incident_id = i.cause_id
    where s.pass_count >= 2
        and not s.was_muted
        and not exists (select from analytics.outbox as o where o.incident_id = i.incident_id and o.transition = 'opened')
        and not exists (
            select
            from analytics.outbox as o
            join analytics.incidents as t on t.incident_id = o.incident_id
            where o.payload -> 'spoken_for' ? i.fingerprint
                and o.created_at >= i.opened_at
                and t.opened_at <= coalesce(i.closed_at, 'infinity')
                and coalesce(t.closed_at, 'infinity') >= i.opened_at
        )
    union all
    select format('%s is %s, and its cause %s only %s', i.fingerprint, i.severity, c.fingerprint, c.severity)
    from analytics.incidents as i
    join analytics.incidents as c on c.incident_id = i.cause_id
    where c.closed_at is null and i.closed_at is null
        and freshet.severity_rank(c.severity) < freshet.severity_rank(i.severity)
$$;

create function pg_temp.play(seed integer)
returns text[] language plpgsql as $$
declare
    said text[];
begin
    perform setseed((seed % 20000) / 10000.0 - 1);
    begin
        for pass in 1..6 + floor(random() * 8)::integer loop
            perform pg_temp.let_pass(pg_temp.pick(array['5 minutes', '5 minutes', '5 minutes', '20 minutes', '2 hours'])::interval);
            if random() < 0.1 then
                update analytics.scheduled_jobs set muted_until = clock_timestamp() + interval '12 minutes'
                where job_name = pg_temp.pick(array['probe-1', 'refresh-probe-2', 'probe-3']);
            end if;
            perform pg_temp.pass();
        end loop;
        -- After these passes, no incident still waits for the end of a cause, or for its next report.
        for pass in 1..4 loop
            perform pg_temp.let_pass('16 minutes');
            perform freshet.announce_incidents(clock_timestamp());
        end loop;
        said := array(select s from pg_temp.silent() as s);
        raise exception using errcode = 'FRDRY';
    exception when sqlstate 'FRDRY' then
        return said;
    end;
end
$$;
