-- Object: freshet.bucket_column()
-- Why: a refresh and a read have to come to the same bucket, in sessions with different settings. So only types of which
--      equal values have one text, in every session: a date is printed by DateStyle, 1.0 equals 1.00.
create function freshet.bucket_column(view_name text)
returns name
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select a.attname
    from analytics.views as v
    join analytics.incremental_views as i on i.view_name = v.view_name
    join pg_catalog.pg_attribute as a
        on a.attrelid = to_regclass(format('analytics.%I', v.view_name)) and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_collation as c on c.oid = a.attcollation
    where v.view_name = bucket_column.view_name
        and a.attname = any (case when v.bucket_by is null then i.group_key else array[v.bucket_by] end)
        and a.atttypid::regtype = any ('{uuid,text,varchar,smallint,integer,bigint}'::regtype[])
        and coalesce(c.collisdeterministic, true)
    order by array_position(i.group_key, a.attname)
    limit 1;
$$;

revoke all on function freshet.bucket_column(text) from public, anon, authenticated;

comment on function freshet.bucket_column(text) is
    'The column by which an incremental view has buckets: the declared one, else the first column of its group key of type uuid, text, varchar or a whole number; null if there is none.';
