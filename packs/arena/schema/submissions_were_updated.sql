-- Object: freshet.submissions_were_updated()
-- Why: lane facts are copies of scored submissions; see freshet.write_lane_facts().
-- Why as text: jsonb takes 1.0 and 1.00 as equal, and they are different answers.
create function freshet.submissions_were_updated()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
begin
    -- No join of the two tables: PostgreSQL keeps the plan of a trigger for the session. A row that appears in both with
    -- the same content has not changed.
    select array_agg(distinct c.id) into ids
    from (
        select u.id
        from (
            select o.id, o.agent_id, o.challenge_id, o.created_at, o.final_lane_scores::text as scores
            from old_rows as o
            where o.status = 'scored' and o.final_lane_scores is not null
            union all
            select n.id, n.agent_id, n.challenge_id, n.created_at, n.final_lane_scores::text
            from new_rows as n
            where n.status = 'scored' and n.final_lane_scores is not null
        ) as u
        group by u.id, u.agent_id, u.challenge_id, u.created_at, u.scores
        having count(*) = 1
    ) as c;
    if ids is not null then
        perform freshet.write_lane_facts(ids);
    end if;
    return null;
end
$$;

revoke all on function freshet.submissions_were_updated() from public, anon, authenticated;

comment on function freshet.submissions_were_updated() is
    'Statement trigger of public.submissions: writes, changes and removes lane facts with the submission, and writes nothing when no content of a fact has changed.';
