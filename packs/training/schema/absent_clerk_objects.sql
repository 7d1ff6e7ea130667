-- Object: freshet.absent_clerk_objects()
-- Why: what changed after the walk began may have come after its page was read, so its absence says nothing. A membership
--      ends with its user or organisation and is no deletion of its own.
create function freshet.absent_clerk_objects(walk freshet.clerk_walks)
returns table (
    clerk_id text, kind text, external_org_id text, external_user_id text, role text, joined_ms bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        o.clerk_id,
        o.kind,
        o.external_org_id,
        o.external_user_id,
        o.role::text,
        (extract(epoch from o.joined_at) * 1000)::bigint
    from freshet.clerk_objects as o
    where o.deleted_at is null
        and o.changed_at < walk.started_at
        and o.seen_walk_id is distinct from walk.walk_id
        and not exists (
            select from freshet.clerk_objects as gone
            where o.kind = 'membership'
                and gone.clerk_id in (o.external_user_id, o.external_org_id)
                and gone.deleted_at is not null
        );
$$;

revoke all on function freshet.absent_clerk_objects(freshet.clerk_walks) from public, anon, authenticated;

comment on function freshet.absent_clerk_objects(freshet.clerk_walks) is
    'What exists here and was not found at Clerk by this walk; joined_ms in milliseconds since the epoch, null but for memberships.';
