-- Object: analytics.read_view()
-- Why: the one narrow door through which the functions' secret key reads. Version and rows come from one snapshot, so
--      that an answer can be stored under the version that it belongs to.
-- Why counts: no answer may be cut short silently. Its reader asks for one row more than it shows; if that row is
--      there, the answer says so, with the number of all rows, from the same snapshot. A complete answer costs no
--      count. An answer that leaves out rows which rest on too few people says how many, counted in the same snapshot
--      among the requested rows.
-- Why through: a page shows names beside ids, and a name is not a figure: it is joined when the rows are read, by a
--      plain view over the stored one. `through` names that view; state, objective and version stay those of the stored
--      view and of the names in `reads`. Filters, order and limit reach the stored rows and their indexes, as they
--      would without it.
create function analytics.read_view(view_name text, request jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    reading constant jsonb := nullif(request -> 'reading', 'null'::jsonb);
    through constant text := coalesce(request ->> 'through', view_name);
    relation constant regclass := to_regclass(format('analytics.%I', through));
    state constant jsonb := freshet.answer_state(view_name, request, true);
    read_states jsonb;
    allowed text[];
    rows jsonb := jsonb_build_array();
    total_count bigint;
    withheld_count bigint;
    queries record;
begin
    if state is null or (relation is null and reading is null) then
        raise exception using errcode = 'undefined_table', message = format('unknown view "%s"', case when state is null then view_name else through end);
    end if;
    select coalesce(jsonb_object_agg(r.name, freshet.answer_state(r.name, request, false)), '{}'::jsonb) into read_states
    from jsonb_array_elements_text(coalesce(request -> 'reads', '[]'::jsonb)) as r (name);

    if scope is not null then
        allowed := freshet.scope_values(scope);
        if freshet.scope_denies(scope, allowed, request -> 'filters') then
            return jsonb_build_object(
                'state', state, 'reads', read_states, 'denied', true, 'scope_values', to_jsonb(allowed), 'rows', rows,
                'total_count', null, 'withheld_count', null
            );
        end if;
    end if;

    if (state ->> 'populated')::boolean
        and not exists (select from jsonb_each(read_states) as r where (r.value ->> 'populated')::boolean is not true)
    then
        select q.* into queries from freshet.read_queries(view_name, request, allowed) as q;
        execute format(
            'select coalesce(jsonb_agg(to_jsonb(r)), ''[]'') from (%s limit %s) as r',
            queries.rows, coalesce((request ->> 'limit')::bigint::text, 'all')
        ) into rows;
        if (request ->> 'counts')::boolean
            or ((request ->> 'counts_cut')::boolean and jsonb_array_length(rows) = (request ->> 'limit')::bigint)
        then
            execute queries.total into total_count;
        end if;
        if queries.withheld is not null then
            execute queries.withheld into withheld_count;
        end if;
    end if;

    return jsonb_build_object(
        'state', state, 'reads', read_states, 'denied', false, 'scope_values', to_jsonb(allowed), 'rows', rows,
        'total_count', total_count, 'withheld_count', withheld_count
    );
end
$$;

revoke all on function analytics.read_view(text, jsonb) from public, anon, authenticated;

grant execute on function analytics.read_view(text, jsonb) to service_role;

comment on function analytics.read_view(text, jsonb) is
    'Rows of a registered view, live relation or reading, with the states of everything that they rest on, from one snapshot. Service role only. request: {columns, filters: [{column, op, value, is_guard}], scope: {column, value, relation, org: {column, value} or null} or null, order: [{column, direction}], limit, reads: [name], through: a plain view over the view, which is read in its place, or null, reading: {name, asked} or null, confined_to: {column, value} that all rows have on which a reading rests, or null, counts: whether to count all rows, counts_cut: whether to count them where limit rows come back}. withheld_count: how many rows, on all pages, the filters with is_guard hold back. denied: a filter asks for a scope value that is not the caller''s.';
