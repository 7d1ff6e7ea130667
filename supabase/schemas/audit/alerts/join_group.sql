-- Object: freshet.join_group()
-- Why: an incident that follows within an hour joins the open group, and so its issue.
create function freshet.join_group(group_id bigint, members bigint[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.incidents as i set cause_id = join_group.group_id where i.incident_id = any (members);
    update analytics.incidents as g
    set last_seen_at = greatest(g.last_seen_at, (select max(i.opened_at) from analytics.incidents as i where i.incident_id = any (members))),
        occurrence_count = g.occurrence_count + cardinality(members),
        -- A group that was announced is announced again when something worse joins.
        severity = case
            when g.announced_at is null then (
                select i.severity from analytics.incidents as i
                where i.cause_id = join_group.group_id
                order by freshet.severity_rank(i.severity) desc
                limit 1
            )
            else g.severity
        end
    where g.incident_id = join_group.group_id;
$$;

revoke all on function freshet.join_group(bigint, bigint[]) from public, anon, authenticated;

comment on function freshet.join_group(bigint, bigint[]) is 'Makes an open group stand for these incidents too.';
