-- Kind: history_lost
-- Means: run history that the audit relied on is gone: created again, restored, or deleted.
-- Detector: below for runs; freshet.note_lost_answers() in audit/http/ for answers of pg_net.
-- Why: runs that vanished before they were read can have ended in any way. Where the primary key was dropped, two rows
--      can have one runid, so a lookup by runid may find two.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('history_lost', 'warning', false, false, 'Run history that the audit relied on is gone: created again, restored, or deleted.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    800, 'history_lost',
    'freshet.detect_history_lost($3, $4)',
    true
);

create function freshet.detect_history_lost(new_epoch_reason text, pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    lost_runids bigint[];
    audit analytics.audit_state;
    reason text := new_epoch_reason;
begin
    with lost as (
        delete from analytics.open_runs as o where o.last_seen_at < pass_started_at returning o.runid, o.given_up_at
    )
    -- A run without a backend could not end: nothing is lost with it.
    select array_agg(l.runid order by l.runid) filter (where l.given_up_at is null) into lost_runids from lost as l;

    if lost_runids is not null then
        reason := concat_ws('; ', reason, format('%s runs vanished before they ended', cardinality(lost_runids)));
    end if;

    -- Gaps are normal and old runs are purged, but the newest run of the last pass is neither.
    select * into strict audit from analytics.audit_state;
    if new_epoch_reason is null
        and audit.last_runid_seen is not null
        and audit.last_audit_at > pass_started_at - interval '1 day'
        and not exists (select from cron.job_run_details as d where d.runid = audit.last_runid_seen)
    then
        reason := concat_ws('; ', reason, format(
            'the history up to run %s was deleted, %s', audit.last_runid_seen, freshet.unread_history(audit.last_runid_seen)
        ));
    end if;
    update analytics.audit_state as s
    set last_runid_seen = (select max(d.runid) from cron.job_run_details as d where d.runid = s.low_runid);

    -- A loss is reported once and then over: what comes after it is read as usual.
    perform freshet.observe(
        kind => 'history_lost',
        subject => 'cron.job_run_details',
        state => case when reason is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', reason, 'lost_runids', to_jsonb(lost_runids[1:20]))
    );
end
$$;

revoke all on function freshet.detect_history_lost(text, timestamptz) from public, anon, authenticated;

comment on function freshet.detect_history_lost(text, timestamptz) is
    'Kind history_lost: a new epoch began, or runs are gone from the history before or just after they were read.';
