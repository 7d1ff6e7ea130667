-- Object: freshet.keep_buckets()
-- Why: when the column or the number of buckets changes, what a bucket holds changes. All of them then start from the
--      view's own version: its rows are those of that version.
create function freshet.keep_buckets(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant name := freshet.bucket_column(view_name);
    wanted_count constant integer := (select v.bucket_count from analytics.views as v where v.view_name = keep_buckets.view_name);
begin
    if wanted is not distinct from (select i.bucket_by from analytics.incremental_views as i where i.view_name = keep_buckets.view_name)
        and (wanted is null or (select count(*) from analytics.view_bucket_versions as b where b.view_name = keep_buckets.view_name) = wanted_count)
    then
        return;
    end if;
    update analytics.incremental_views as i set bucket_by = wanted where i.view_name = keep_buckets.view_name;
    delete from analytics.view_bucket_versions as b where b.view_name = keep_buckets.view_name;
    perform freshet.put_buckets(view_name, null);
end
$$;

revoke all on function freshet.keep_buckets(text) from public, anon, authenticated;

comment on function freshet.keep_buckets(text) is 'Makes the buckets of an incremental view those that its registration asks for. Idempotent.';
