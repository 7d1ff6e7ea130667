-- Object: freshet.may_close()
-- Why: a pass reads five minutes of history, in which a job may fail and recover several times. That is one step, from
--      the state before the pass to the state after it.
create function freshet.may_close(incident analytics.incidents)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select
        -- Of several runs in one pass the first failure is announced first; freshet.settle_incidents() closes it in the
        -- next pass.
        (
            incident.opened_in_pass <> (select s.pass_count from analytics.audit_state as s)
            or exists (select from analytics.alert_kinds as k where k.kind = incident.kind and not k.has_job_thresholds)
        )
        -- An incident that stands for others keeps its kind. When it keeps coming back, it is over after half an hour
        -- of quiet.
        and (
            incident.kind not in ('infrastructure', 'restarted', 'scheduler_gone', 'net_worker_gone')
            or incident.last_seen_at < clock_timestamp() - interval '30 minutes'
            or (
                select count(*)
                from analytics.incidents as i
                where i.kind = incident.kind
                    and i.subject = incident.subject
                    and i.resolution = 'recovered'
                    and i.opened_at > clock_timestamp() - interval '2 hours'
            ) < 2
        );
$$;

revoke all on function freshet.may_close(analytics.incidents) from public, anon, authenticated;

comment on function freshet.may_close(analytics.incidents) is
    'Whether an incident that is no longer bad may close now.';
