-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/arena/schema/notify_submission_scored.sql

create or replace function freshet.notify_submission_scored()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not freshet.may_notify('submission_scored') then
        return null;
    end if;
    perform pg_notify(
        'submission_scored',
        json_build_object('submission_id', s.id, 'challenge_id', s.challenge_id, 'agent_id', s.agent_id)::text
    )
    from (
        -- No join of the two tables: PostgreSQL keeps the plan of a trigger for the session, and one that it made for
        -- a single row compares each old row with each new one, for hours where a statement scores 100,000.
        select distinct on (r.challenge_id) r.id, r.challenge_id, r.agent_id
        from (
            select u.id, u.challenge_id, u.agent_id, u.created_at, u.is_new, bool_or(not u.is_new) over (partition by u.id) as was_scored
            from (
                select n.id, n.challenge_id, n.agent_id, n.created_at, true as is_new from new_rows as n where n.status = 'scored'
                union all
                select o.id, null, null, null, false from old_rows as o where o.status = 'scored'
            ) as u
        ) as r
        where r.is_new and not r.was_scored
        order by r.challenge_id, r.created_at, r.id
    ) as s;
    return null;
end
$$;

reset check_function_bodies;
