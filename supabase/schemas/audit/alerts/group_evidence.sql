-- Object: freshet.group_evidence()
-- Why: the event of a cause lists the incidents that it stands for, so that none is silent because of another one.
create function freshet.group_evidence(members bigint[])
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with member as (
        select
            i.*, i.evidence ->> 'sqlstate' as sqlstate,
            left(split_part(btrim(i.evidence ->> 'message', E' \r\n'), E'\n', 1), 500) as said,
            row_number() over (partition by freshet.alert_family(i) order by i.incident_id) as place
        from analytics.incidents as i
        where i.incident_id = any (members)
    )
    select jsonb_strip_nulls(jsonb_build_object(
        'incident_count', count(*),
        'jobs', coalesce(jsonb_agg(distinct m.job_name) filter (where m.job_name is not null), '[]'),
        'sqlstate', case when min(m.sqlstate) = max(m.sqlstate) and count(m.sqlstate) = count(*) then min(m.sqlstate) end,
        'message', (
            select string_agg(k.how_many, ', ' order by k.kind)
            from (select c.kind, count(*) || ' ' || c.kind as how_many from member as c group by c.kind) as k
        ) || coalesce('; the first: ' || (array_agg(m.said order by m.incident_id) filter (where m.said <> ''))[1], ''),
        -- One message for each group of similar ones.
        'messages', to_jsonb((array_agg(m.said order by m.incident_id) filter (where m.place = 1 and m.said <> ''))[1:10])
    ))
    from member as m;
$$;

revoke all on function freshet.group_evidence(bigint[]) from public, anon, authenticated;

comment on function freshet.group_evidence(bigint[]) is
    'Evidence of a group about its members: how many of which kind, of which jobs, and one message for each group of similar ones.';
