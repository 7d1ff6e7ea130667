-- Object: freshet.move_buckets()
-- Why: called in the transaction that moves the view's version, so that a reader sees both or neither.
create function freshet.move_buckets(view_name text, buckets integer[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.incremental_views as i
    set source_as_of = v.source_as_of
    from analytics.views as v
    where v.view_name = i.view_name and i.view_name = move_buckets.view_name;
    select freshet.put_buckets(view_name, buckets);
$$;

revoke all on function freshet.move_buckets(text, integer[]) from public, anon, authenticated;

comment on function freshet.move_buckets(text, integer[]) is
    'After a refresh that moved the version: gives it to the buckets; null: to all of them.';
