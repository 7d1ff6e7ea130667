-- Object: freshet.bucket_list()
-- Why: the functions read the versions of all buckets each second, so they are written short: few refreshes lie behind
--      hundreds of buckets, and each is named once. Written once for each refresh, they cost a read nothing.
create function freshet.bucket_list(view_name text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with held as (
        select
            b.bucket,
            b.version,
            floor(extract(epoch from b.refreshed_at) * 1000)::bigint as moved_ms,
            dense_rank() over (order by b.version, b.refreshed_at) - 1 as place
        from analytics.view_bucket_versions as b
        where b.view_name = bucket_list.view_name
    ),
    moves as (
        select
            m.place,
            m.version - lag(m.version, 1, 0::bigint) over (order by m.place) as versions,
            m.moved_ms - lag(m.moved_ms, 1, 0::bigint) over (order by m.place) as milliseconds
        from (select distinct h.place, h.version, h.moved_ms from held as h) as m
    )
    select jsonb_build_object(
        'by', i.bucket_by,
        'count', (select count(*) from held),
        'moves', (select string_agg(m.versions || ' ' || m.milliseconds, ',' order by m.place) from moves as m),
        'of', (select string_agg(lpad(to_hex(h.place), w.width, '0'), '' order by h.bucket) from held as h)
    )
    from analytics.incremental_views as i
    cross join lateral (select length(to_hex((select count(*) from moves) - 1)) as width) as w
    where i.view_name = bucket_list.view_name and exists (select from held);
$$;

revoke all on function freshet.bucket_list(text) from public, anon, authenticated;

comment on function freshet.bucket_list(text) is
    'The buckets of a view: {by: column, count, moves: "versions milliseconds,…", of: one hex number for each bucket, all of one width, the place of its move in moves}. Each move is written as its difference from the one before, the first from 0 and 1970. Null without buckets.';
