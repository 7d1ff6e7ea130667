-- Object: freshet.name_members()
-- Why: the event of a cause lists the incidents that it stands for, so that none is silent because of another one.
create function freshet.name_members(cause analytics.incidents, transition text)
returns analytics.incidents
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    members bigint[];
    named jsonb;
begin
    -- New and continuing members; at its end also those that ended since it was last announced.
    select coalesce(array_agg(i.incident_id order by i.incident_id), '{}') into members
    from analytics.incidents as i
    where i.cause_id = cause.incident_id
        and (
            i.closed_at is null
            or i.named_at is null
            or transition = 'recovered' and i.closed_at >= cause.announced_at
        );
    update analytics.incidents as i set named_at = clock_timestamp() where i.incident_id = any (members) and i.named_at is null;
    if members = '{}' then
        return cause;
    end if;

    select jsonb_build_object('spoken_for', jsonb_agg(i.fingerprint order by i.incident_id)) into named
    from analytics.incidents as i
    where i.incident_id = any (members);
    if cause.kind = 'storm' then
        named := named || freshet.group_evidence(members);
        if cause.subject = 'first audit' then
            named := named || jsonb_build_object('message', format(
                'first audit found %s; select * from analytics.adopt_all_jobs() declares the jobs as they are', named ->> 'message'
            ));
        end if;
    end if;
    update analytics.incidents as c set evidence = c.evidence || named where c.incident_id = cause.incident_id
    returning * into cause;
    return cause;
end
$$;

revoke all on function freshet.name_members(analytics.incidents, text) from public, anon, authenticated;

comment on function freshet.name_members(analytics.incidents, text) is
    'Writes into the evidence of an incident which ones it stands for, marks those as listed, and returns the incident.';
