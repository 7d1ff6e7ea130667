-- Object: analytics.use_buckets()
-- Why: the first column of the group key is the organisation in most views, and 256 buckets are enough for a thousand of
--      them. A view for which one of both is wrong says so after its registration.
create function analytics.use_buckets(view_name text, bucket_by name default null, bucket_count integer default 256)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not freshet.is_incremental(view_name) then
        raise exception using
            errcode = 'undefined_table',
            message = format('cannot give buckets to "%s": it is not registered as incremental', view_name),
            hint = 'Register it with incremental => true first: a refresh of the whole view does not know whose rows changed.';
    end if;
    if bucket_count not in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot give "%s" %s buckets', view_name, bucket_count),
            hint = 'Take a power of two from 1 to 1,024: 256 below about a thousand organisations, 1,024 above; 1 for none.';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    update analytics.views as v
    set bucket_by = use_buckets.bucket_by, bucket_count = use_buckets.bucket_count
    where v.view_name = use_buckets.view_name;
    if bucket_by is not null and freshet.bucket_column(view_name) is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot give "%s" buckets by "%s"', view_name, bucket_by),
            hint = 'Name a column of the view of type uuid, text, varchar, smallint, integer or bigint, with a deterministic collation: equal values of other types may have different texts.';
    end if;
    perform freshet.keep_buckets(view_name);
    perform freshet.build_statements(view_name);
end
$$;

revoke all on function analytics.use_buckets(text, name, integer) from public, anon, authenticated;

comment on function analytics.use_buckets(text, name, integer) is
    'Sets by which column, and into how many buckets, the versions of an incremental view are divided. Null: the first column of its group key that can. Kept when the view is registered again. Raises 42P01 for a view that is not incremental and 22023 for a column or number that cannot be.';
