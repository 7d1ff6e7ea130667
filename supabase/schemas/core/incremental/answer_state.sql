-- Object: freshet.answer_state()
-- Why: an answer of which every row has one value of the bucket column is cached under the version of that value's bucket.
--      Whether it has is decided by the conditions that it is read with, and the bucket by the value as the column holds
--      it: a uuid has more than one spelling.
-- Why confined_to: a reading is a function, so its conditions say nothing about what it read. Its resource may declare that
--      it reads the rows of one organisation only, also of the other views in reads; the pack's tests prove it.
create function freshet.answer_state(name text, request jsonb, is_view boolean)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    state constant jsonb := freshet.state_of(name);
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    declared record;
    type text;
    value text;
begin
    select i.bucket_by, v.bucket_count into declared
    from analytics.incremental_views as i
    join analytics.views as v on v.view_name = i.view_name
    where i.view_name = answer_state.name and i.bucket_by is not null;
    if not found then
        return state;
    end if;
    if request #>> '{confined_to,column}' = declared.bucket_by then
        value := request #>> '{confined_to,value}';
    elsif is_view and nullif(request -> 'reading', 'null'::jsonb) is null then
        value := coalesce(
            case when scope ->> 'column' = declared.bucket_by and scope ->> 'relation' is null then scope ->> 'value' end,
            case when scope #>> '{org,column}' = declared.bucket_by then scope #>> '{org,value}' end,
            (
                select min(f ->> 'value')
                from jsonb_array_elements(request -> 'filters') as f
                where f ->> 'column' = declared.bucket_by and f ->> 'op' = 'eq'
            )
        );
    end if;
    if value is null then
        return state;
    end if;
    type := freshet.typed_column(format('analytics.%I', name)::regclass, declared.bucket_by);
    -- No row has a value that the column cannot hold: any bucket will do.
    if freshet.can_hold(type, value) then
        execute format('select ($1::%s)::text', type) into value using value;
    end if;
    return state || coalesce((
        select jsonb_build_object(
            'bucket',
            jsonb_build_object(
                'number', b.bucket, 'version', b.version, 'refreshed_at', b.refreshed_at, 'source_as_of', b.source_as_of
            )
        )
        from analytics.view_bucket_versions as b
        where b.view_name = answer_state.name and b.bucket = freshet.bucket_of(value, declared.bucket_count)
    ), '{}');
end
$$;

revoke all on function freshet.answer_state(text, jsonb, boolean) from public, anon, authenticated;

comment on function freshet.answer_state(text, jsonb, boolean) is
    'State of a view or live relation behind the answer to a read request: freshet.state_of, and bucket {number, version, refreshed_at, source_as_of} where all rows that the answer rests on have one value of the bucket column. is_view: the request reads its rows; else it is among reads.';
