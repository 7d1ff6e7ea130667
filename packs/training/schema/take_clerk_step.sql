-- Object: analytics.take_clerk_step()
-- Why: a page is taken in one transaction with the place of the next, so that a call that is killed or made twice
--      neither loses a page nor takes one twice. Webhooks wait meanwhile: see analytics.take_clerk_event(). A row that
--      cannot be taken is counted and does not keep the others from being taken.
create function analytics.take_clerk_step(step jsonb)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The local data API sends jsonb as a text within jsonb.
    s constant jsonb := case when jsonb_typeof(step) = 'string' then (step #>> '{}')::jsonb else step end;
    phases constant text[] := array['user', 'organization', 'membership', 'absent'];
    walk freshet.clerk_walks;
    change jsonb;
    refused integer := coalesce((s ->> 'refused_count')::integer, 0);
    reason text := s ->> 'refused_because';
begin
    perform pg_advisory_xact_lock(hashtextextended('freshet.clerk_events', 0));
    select w.* into walk
    from freshet.clerk_walks as w
    where w.walk_id = (s ->> 'walk_id')::bigint
        and w.phase = s ->> 'phase'
        and w.position is not distinct from s ->> 'position'
        and w.finished_at is null
        and w.stopped_because is null
    for update;
    if not found then
        return 'moved';
    end if;

    for change in select c from jsonb_array_elements(s -> 'changes') as c loop
        begin
            perform freshet.take_clerk_change(change);
        exception when others then
            -- A database in trouble refuses every row, and the page is asked for again: 40 to 58 are conflicts, limits,
            -- shut-downs and faults of the system.
            if left(sqlstate, 2) in ('40', '53', '54', '55', '57', '58') then
                raise;
            end if;
            refused := refused + 1;
            reason := coalesce(reason, format('%s: %s', change ->> 'clerk_id', sqlerrm));
        end;
    end loop;
    update freshet.clerk_objects as o
    set seen_walk_id = walk.walk_id
    where o.clerk_id in (select jsonb_array_elements_text(s -> 'seen'));
    if refused > 0 then
        update freshet.clerk_walks as w
        set refused_count = w.refused_count + refused, refused_because = coalesce(w.refused_because, reason)
        where w.walk_id = walk.walk_id;
    end if;

    if coalesce((s ->> 'is_lost')::boolean, false) then
        update freshet.clerk_walks as w set position = null where w.walk_id = walk.walk_id;
    elsif s ->> 'next_position' is not null then
        update freshet.clerk_walks as w set position = s ->> 'next_position' where w.walk_id = walk.walk_id;
    elsif walk.phase = 'absent' then
        update freshet.clerk_walks as w set finished_at = clock_timestamp() where w.walk_id = walk.walk_id;
        return 'finished';
    else
        update freshet.clerk_walks as w
        set phase = phases[array_position(phases, walk.phase) + 1],
            position = null,
            stopped_because = case when walk.phase = 'membership' then freshet.too_many_absent(walk) end
        where w.walk_id = walk.walk_id;
    end if;
    return 'taken';
end
$$;

revoke all on function analytics.take_clerk_step(jsonb) from public, anon, authenticated;

grant execute on function analytics.take_clerk_step(jsonb) to service_role;

comment on function analytics.take_clerk_step(jsonb) is
    'Takes what Clerk answered to analytics.next_clerk_step(): its walk_id, phase and position; changes as analytics.take_clerk_event() takes them; seen (Clerk''s ids of all rows of the page); refused_count and refused_because of rows without a readable shape; next_position, null after the last page of the phase; is_lost when Clerk does not know the position any more, so that the phase begins again. Answers taken, finished, or moved when another call took this step. Idempotent.';
