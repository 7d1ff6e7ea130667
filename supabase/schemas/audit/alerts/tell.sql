-- Object: freshet.tell()
-- Why: one incident that cannot be announced must not end the pass and silence all others, pass after pass. Each is
--      announced in a savepoint; a failure is a finding, reported in the same pass, and the next pass tries again.
create function freshet.tell(incident_id bigint, transition text)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    told analytics.incidents;
begin
    select i.* into strict told from analytics.incidents as i where i.incident_id = tell.incident_id;
    -- An incident that got worse is not over: another one continues it. Nor is one that a group has taken over.
    if transition = 'opened' or (told.resolution <> 'escalated' and told.cause_id is null) then
        told := freshet.name_members(told, transition);
        -- A group that began with one incident continues in the issue of that incident.
        told.fingerprint := coalesce(told.evidence ->> 'issue', told.fingerprint);
        perform freshet.enqueue_alert(told, transition);
    end if;
    update analytics.incidents as i
    set announced_at = case transition when 'opened' then clock_timestamp() else i.announced_at end,
        recovery_announced_at = case transition when 'recovered' then clock_timestamp() else i.recovery_announced_at end
    where i.incident_id = tell.incident_id;
    return null;
exception
    when assert_failure or others then
        return jsonb_build_object(
            'sqlstate', sqlstate,
            'message', format('%s of %s could not be told: %s', transition, coalesce(told.fingerprint, tell.incident_id::text), left(sqlerrm, 500)),
            'is_passing', freshet.is_passing(sqlstate)
        );
end
$$;

revoke all on function freshet.tell(bigint, text) from public, anon, authenticated;

comment on function freshet.tell(bigint, text) is
    'Announces one incident, in a savepoint. Returns null, or how that failed; then the incident is as unannounced as before.';
