-- Object: freshet.gather_groups()
-- Why: incidents of one cause are one alert, also when they open one by one: one that follows within an hour joins the
--      open group, and so the same issue.
create function freshet.gather_groups(news bigint[], is_first boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    many_kinds_above constant integer := 20;
    told_since constant timestamptz := clock_timestamp() - interval '1 hour';
    family record;
    open_one record;
    told bigint[];
begin
    for family in
        select n.family, n.threshold, array_agg(n.incident_id order by n.incident_id) as members
        from (
            select
                i.incident_id,
                -- What a first audit finds was there before: it is an inventory, not a storm.
                case when f.is_note then 'first audit' else freshet.alert_family(i) end as family,
                case when f.is_note then 2 else freshet.family_threshold(i) end as threshold
            from analytics.incidents as i
            cross join lateral (select is_first and i.severity in ('info', 'warning') as is_note) as f
            where i.incident_id = any (news)
        ) as n
        group by n.family, n.threshold
        order by n.family, n.threshold
    loop
        select array_agg(i.incident_id) into told
        from analytics.incidents as i
        where i.announced_at is not null
            and i.closed_at is null
            and i.cause_id is null
            and i.kind <> 'storm'
            and i.opened_at >= told_since
            and freshet.alert_family(i) = family.family
            and freshet.family_threshold(i) = family.threshold;
        select g.incident_id, g.last_seen_at into open_one
        from analytics.incidents as g
        where g.kind = 'storm' and g.subject = family.family and g.closed_at is null;

        if open_one is not null then
            -- Long after the last member it takes as many again to count as the same cause.
            if open_one.last_seen_at >= told_since or cardinality(family.members) >= family.threshold then
                perform freshet.join_group(open_one.incident_id, family.members);
            end if;
        elsif cardinality(family.members) + coalesce(cardinality(told), 0) >= family.threshold then
            perform freshet.open_group(family.family, family.members, case when cardinality(told) = 1 then told[1] end);
        end if;
    end loop;

    -- Of any kind: more incidents at once than a person can read.
    select array_agg(i.incident_id order by i.incident_id) into told
    from analytics.incidents as i
    where i.incident_id = any (news) and i.cause_id is null;
    if cardinality(told) > many_kinds_above then
        select g.incident_id into open_one
        from analytics.incidents as g
        where g.kind = 'storm' and g.subject = 'many kinds' and g.closed_at is null;
        if open_one is null then
            perform freshet.open_group('many kinds', told, null);
        else
            perform freshet.join_group(open_one.incident_id, told);
        end if;
    end if;
    perform freshet.settle_causes();
end
$$;

revoke all on function freshet.gather_groups(bigint[], boolean) from public, anon, authenticated;

comment on function freshet.gather_groups(bigint[], boolean) is
    'Makes one incident stand for those of one family, and for more incidents than a person can read. is_first: the first audit lists everything that it finds in one incident.';
