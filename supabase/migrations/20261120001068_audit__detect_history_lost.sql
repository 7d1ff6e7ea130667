-- Object: private.detect_history_lost()
-- Why: runs that vanished before they were read can have ended in any way.

create function private.detect_history_lost(new_epoch_reason text, pass_started_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    lost_runids bigint[];
    reason text := new_epoch_reason;
begin
    with lost as (
        delete from analytics.open_runs as o where o.last_seen_at < pass_started_at returning o.runid
    )
    select array_agg(l.runid order by l.runid) into lost_runids from lost as l;

    if lost_runids is not null then
        reason := concat_ws('; ', reason, format('%s runs vanished before they ended', cardinality(lost_runids)));
    end if;

    -- A loss is noticed once and is over: what comes after it is read as usual.
    perform private.observe(
        kind => 'history_lost',
        subject => 'cron.job_run_details',
        state => case when reason is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', reason, 'lost_runids', to_jsonb(lost_runids[1:20]))
    );
end
$$;
revoke all on function private.detect_history_lost(text, timestamptz) from public, anon, authenticated;
comment on function private.detect_history_lost(text, timestamptz) is
    'Kind history_lost: a new epoch began, or open runs are gone from the history.';
