-- Object: analytics.audit_state.timeline, private.cluster_timeline(), private.begin_epoch() (replaced),
--         private.unread_history()
-- Why: a restore of the same cluster to an earlier moment keeps its system identifier, and everything in the database agrees
--      with itself. What moves is the timeline in the control file: PostgreSQL begins another one whenever it ends a recovery
--      from a backup. Like the system identifier it may be read by every role.

create function private.cluster_timeline()
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.timeline_id from pg_catalog.pg_control_checkpoint() as c;
$$;
revoke all on function private.cluster_timeline() from public, anon, authenticated;
comment on function private.cluster_timeline() is
    'Moves by one when a recovery from a backup ends, and when a standby takes over; a crash leaves it.';

alter table analytics.audit_state add column timeline integer;
update analytics.audit_state set timeline = private.cluster_timeline();
alter table analytics.audit_state alter column timeline set not null, alter column timeline set default private.cluster_timeline();
comment on column analytics.audit_state.timeline is 'Of the cluster: another one means that it was restored, or that a standby took over.';

create or replace function private.begin_epoch()
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    cluster constant text := private.system_identifier();
    history constant oid := 'cron.job_run_details'::regclass::oid;
    present_timeline constant integer := private.cluster_timeline();
    newest_runid bigint;
    reason text;
begin
    select * into strict state from analytics.audit_state;
    select max(d.runid) into newest_runid from cron.job_run_details as d;

    if history <> state.history_relation then
        reason := 'the extension pg_cron was created again';
    elsif newest_runid < state.low_runid then
        reason := format('runids went back from %s to %s', state.low_runid, newest_runid);
    elsif cluster <> state.system_identifier then
        reason := 'the database runs on another cluster: restored or cloned';
    elsif present_timeline <> state.timeline then
        reason := format(
            'the database was restored to an earlier moment, or a standby took over (timeline %s, before it %s): what was written since is gone, runs and incidents with it',
            present_timeline, state.timeline
        );
    else
        return null;
    end if;

    -- Open runs of another history can never be seen to end; those of a restored one can.
    if history = state.history_relation and newest_runid >= state.low_runid then
        update analytics.open_runs set epoch = state.epoch + 1;
    else
        delete from analytics.open_runs;
        update analytics.audit_state set low_runid = 0;
        -- What is remembered of runs by their runids would hide the new ones, which are lower.
        delete from analytics.job_pace;
        update analytics.view_watch set judged_runid = null;
        update analytics.struck_jobs set runid = 0;
    end if;

    -- The audit's own runs are awaited again.
    update analytics.audit_state as s
    set epoch = s.epoch + 1,
        system_identifier = cluster,
        history_relation = history,
        timeline = present_timeline,
        canary_seen_at = clock_timestamp();
    return reason;
end
$$;

create function private.unread_history(last_runid bigint)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with newer as (
        select max(d.runid) as newest, count(*) as kept from cron.job_run_details as d where d.runid > last_runid
    ),
    given as (
        -- The last number that pg_cron gave out, 0 before the first; null where we may not see it.
        select (
            select case when has_sequence_privilege('cron.runid_seq', 'select') then coalesce(s.last_value, 0) end
            from pg_catalog.pg_sequences as s
            where s.schemaname = 'cron' and s.sequencename = 'runid_seq'
        ) as newest
    ),
    missing as (
        select
            greatest(n.newest, g.newest, last_runid) - last_runid - n.kept as runs,
            n.newest is null and g.newest is null as is_unknown
        from newer as n
        cross join given as g
    )
    select case
        when m.is_unknown then 'and whether runs went with it that were not read cannot be known'
        when m.runs > 0 then format('and with it as many as %s runs that were not read: whether they failed will never be known', m.runs)
        else 'which had been read'
    end
    from missing as m;
$$;
revoke all on function private.unread_history(bigint) from public, anon, authenticated;
comment on function private.unread_history(bigint) is
    'What went with a history that is gone up to a run: the numbers above it that were given out and have no row.';

