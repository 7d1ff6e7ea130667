-- Object: freshet.put_buckets()
-- Why: a refresh and a registration write the same row of a bucket, and the list that the functions read.
create function freshet.put_buckets(view_name text, buckets integer[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.view_bucket_versions as b (view_name, bucket, version, refreshed_at, source_as_of)
    select v.view_name, m.bucket, v.version, v.refreshed_at, i.source_as_of
    from analytics.views as v
    join analytics.incremental_views as i on i.view_name = v.view_name
    cross join lateral unnest(
        coalesce(put_buckets.buckets, array(select g.bucket from generate_series(0, v.bucket_count - 1) as g (bucket)))
    ) as m (bucket)
    where v.view_name = put_buckets.view_name and i.bucket_by is not null and v.refreshed_at is not null
    on conflict on constraint view_bucket_versions_pkey do update
    set version = excluded.version, refreshed_at = excluded.refreshed_at, source_as_of = excluded.source_as_of;
    update analytics.incremental_views as i
    set buckets = freshet.bucket_list(i.view_name)
    where i.view_name = put_buckets.view_name;
$$;

revoke all on function freshet.put_buckets(text, integer[]) from public, anon, authenticated;

comment on function freshet.put_buckets(text, integer[]) is
    'Gives the buckets the version, and the moments, that the registry has of the view; null: all buckets.';
