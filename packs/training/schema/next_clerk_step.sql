-- Object: analytics.next_clerk_step()
-- Why: the function that asks Clerk keeps nothing between two calls.
create function analytics.next_clerk_step()
returns jsonb
language sql
security definer
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'walk_id', w.walk_id,
        'phase', w.phase,
        'position', w.position,
        'asked', case when w.phase = 'absent' then (
            select coalesce(jsonb_agg(to_jsonb(a) order by a.clerk_id), '[]')
            from (
                select *
                from freshet.absent_clerk_objects(w) as absent
                where absent.clerk_id > coalesce(w.position, '')
                order by absent.clerk_id
                limit 50
            ) as a
        ) else '[]' end
    )
    from freshet.clerk_walks as w
    where w.walk_id = (select max(n.walk_id) from freshet.clerk_walks as n)
        and w.finished_at is null
        and w.stopped_because is null
        and coalesce(w.wait_until <= now(), true);
$$;

revoke all on function analytics.next_clerk_step() from public, anon, authenticated;

grant execute on function analytics.next_clerk_step() to service_role;

comment on function analytics.next_clerk_step() is
    'What to ask Clerk next: walk_id, phase, position as in freshet.clerk_walks, and for phase absent at most 50 rows of freshet.absent_clerk_objects(). Null when the newest walk has ended or stopped, or Clerk asked to wait.';
