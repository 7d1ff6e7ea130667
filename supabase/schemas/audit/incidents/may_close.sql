-- Object: freshet.may_close()
-- Why: a pass reads what happened in five minutes, and a job may have failed and recovered in them more than once. That is
--      told as one step, from how it stood to how it stands. What opens a third time within its window is one incident of
--      kind flapping, told once, until it has been well for long.
create function freshet.may_close(incident analytics.incidents)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select
        -- Of several runs in one pass the first that failed is told first; freshet.settle_incidents() closes it in the next.
        (
            incident.opened_in_pass <> (select s.pass_count from analytics.audit_state as s)
            or exists (select from analytics.alert_kinds as k where k.kind = incident.kind and not k.has_job_thresholds)
        )
        -- What speaks for others keeps its kind. When it comes again and again it is over after half an hour of quiet.
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

comment on function freshet.may_close(analytics.incidents) is 'Whether an incident that is no longer bad may be over by now.';
