-- Object: analytics.view_states(), analytics.read_view(view_name, request)
-- Why: the one narrow door through which the functions' secret key reads. Version and rows come from one snapshot, so
--      that an answer can be stored under the version that it belongs to.

create function private.view_state(declared analytics.views)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'version', declared.version,
        'refreshed_at', declared.refreshed_at,
        'verified_at', declared.verified_at,
        'source_as_of', declared.source_as_of,
        'stale_after_seconds', extract(epoch from declared.stale_after)::bigint,
        'populated', coalesce(
            (
                select c.relispopulated
                from pg_catalog.pg_class as c
                where c.oid = to_regclass(format('analytics.%I', declared.view_name))
            ),
            false
        )
    );
$$;
revoke all on function private.view_state(analytics.views) from public, anon, authenticated;
comment on function private.view_state(analytics.views) is 'Where a view stands, as the read path wants it.';

create function analytics.view_states()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select coalesce(jsonb_object_agg(v.view_name, private.view_state(v)), '{}'::jsonb) from analytics.views as v;
$$;
revoke all on function analytics.view_states() from public, anon, authenticated;
grant execute on function analytics.view_states() to service_role;
comment on function analytics.view_states() is
    'Version, ages and objective of every registered view, keyed by name. Service role only.';

create function private.scope_values(scope jsonb)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
    relation constant text := scope ->> 'relation';
    found_values text[];
begin
    if relation is null then
        return array[scope ->> 'value'];
    end if;
    execute format('select array_agg(x) from private.%I($1) as x', 'scope_' || relation)
    into found_values
    using scope ->> 'value';
    return coalesce(found_values, '{}');
end
$$;
revoke all on function private.scope_values(jsonb) from public, anon, authenticated;
comment on function private.scope_values(jsonb) is
    'What a caller may see in the scope column: the claim itself, or what private.scope_<relation>(claim) returns.';

create function analytics.read_view(view_name text, request jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    declared analytics.views;
    relation constant regclass := to_regclass(format('analytics.%I', view_name));
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    allowed text[];
    state jsonb;
    conditions text;
    ordering text;
    columns text;
    rows jsonb := jsonb_build_array();
begin
    select * into declared from analytics.views as v where v.view_name = read_view.view_name;
    if not found or relation is null then
        raise exception using errcode = 'undefined_table', message = format('unknown view "%s"', view_name);
    end if;
    state := private.view_state(declared);

    if scope is not null then
        allowed := private.scope_values(scope);
        if exists (
            select
            from jsonb_array_elements(request -> 'filters') as f
            where f ->> 'column' = scope ->> 'column' and f ->> 'op' = 'eq' and f ->> 'value' <> all (allowed)
        ) then
            return jsonb_build_object(
                'state', state, 'denied', true, 'scope_values', to_jsonb(allowed), 'rows', rows
            );
        end if;
    end if;

    if (state ->> 'populated')::boolean then
        select string_agg(private.filter_condition(relation, f), ' and ') into conditions
        from (
            select f from jsonb_array_elements(request -> 'filters') as f
            union all
            select jsonb_build_object('column', scope -> 'column', 'op', 'in', 'value', allowed) where scope is not null
        ) as wanted (f);
        select string_agg(
            format('v.%I %s', o ->> 'column', case o ->> 'direction' when 'desc' then 'desc' else 'asc' end), ', '
        ) into ordering
        from jsonb_array_elements(request -> 'order') as o;
        select string_agg(format('v.%I', c), ', ') into strict columns
        from jsonb_array_elements_text(request -> 'columns') as c;

        execute format(
            'select coalesce(jsonb_agg(to_jsonb(r)), ''[]'') from (select %s from %s as v where %s %s limit %s) as r',
            columns, relation, coalesce(conditions, 'true'), 'order by ' || ordering, coalesce((request ->> 'limit')::bigint::text, 'all')
        ) into rows;
    end if;

    return jsonb_build_object('state', state, 'denied', false, 'scope_values', to_jsonb(allowed), 'rows', rows);
end
$$;
revoke all on function analytics.read_view(text, jsonb) from public, anon, authenticated;
grant execute on function analytics.read_view(text, jsonb) to service_role;
comment on function analytics.read_view(text, jsonb) is
    'Rows of a registered view and its state, from one snapshot. Service role only. request: {columns, filters: [{column, op, value}], scope: {column, value, relation} or null, order: [{column, direction}], limit}. denied: a filter asks for a scope value that is not the caller''s.';
