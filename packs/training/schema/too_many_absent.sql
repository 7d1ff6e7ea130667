-- Object: freshet.too_many_absent()
-- Why: a key of another instance of Clerk, or a fault at Clerk, would otherwise remove everybody in one night.
create function freshet.too_many_absent(walk freshet.clerk_walks)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with known as (
        select o.kind, count(*) as known_count
        from freshet.clerk_objects as o
        where o.deleted_at is null and o.changed_at < walk.started_at
        group by o.kind
    ),

    absent as (
        select a.kind, count(*) as absent_count from freshet.absent_clerk_objects(walk) as a group by a.kind
    )

    select string_agg(format('%s of %s %ss', a.absent_count, k.known_count, k.kind), ', ' order by k.kind)
    from known as k
    join absent as a on a.kind = k.kind
    where a.absent_count * 10 > k.known_count;
$$;

revoke all on function freshet.too_many_absent(freshet.clerk_walks) from public, anon, authenticated;

comment on function freshet.too_many_absent(freshet.clerk_walks) is
    'Names each kind of which Clerk lacks more than a tenth of what is known here, with both counts; null when there is none.';
