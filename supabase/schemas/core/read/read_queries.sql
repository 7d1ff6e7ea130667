-- Object: freshet.read_queries()
-- Why: a read and an export ask for the same rows. The request's columns, filters, scope and order become SQL here, and
--      only here, so that an export cannot show a row that a read would not.
create function freshet.read_queries(
    view_name text,
    request jsonb,
    allowed text[],
    out rows text,
    out total text,
    out withheld text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    org constant jsonb := nullif(scope -> 'org', 'null'::jsonb);
    reading constant jsonb := nullif(request -> 'reading', 'null'::jsonb);
    relation regclass := to_regclass(format('analytics.%I', coalesce(request ->> 'through', view_name)));
    wanted jsonb := request -> 'filters';
    asked jsonb;
    rows_of text;
    conditions text;
    countable text;
    ordering text;
    columns text;
    guards text;
    unguarded text;
begin
    if scope is not null then
        wanted := wanted
            || jsonb_build_array(jsonb_build_object('column', scope -> 'column', 'op', 'in', 'value', allowed));
        if org is not null then
            wanted := wanted || jsonb_build_array(org || jsonb_build_object('op', 'eq'));
        end if;
    end if;

    if reading is null then
        rows_of := relation::text;
    else
        relation := freshet.reading_rows(reading ->> 'name');
        asked := (reading -> 'asked')
            || jsonb_build_object('people', case when org is not null then to_jsonb(allowed) end);
        rows_of := format('freshet.%I(%L::jsonb)', 'reading_' || (reading ->> 'name'), asked);
    end if;

    select
        string_agg(c.condition, ' and '),
        string_agg(c.condition, ' and ') filter (where not c.is_place),
        string_agg(c.condition, ' and ') filter (where c.is_guard),
        string_agg(c.condition, ' and ') filter (where not c.is_place and not c.is_guard)
    into conditions, countable, guards, unguarded
    from (
        select
            freshet.wanted_condition(relation, f), f ->> 'op' in ('after', 'before'), coalesce((f ->> 'is_guard')::boolean, false)
        from jsonb_array_elements(wanted) as f
    ) as c (condition, is_place, is_guard);
    select string_agg(
        format(
            '%s %s',
            freshet.column_reference(relation, o ->> 'column'),
            case o ->> 'direction' when 'desc' then 'desc' else 'asc' end
        ), ', '
    ) into ordering
    from jsonb_array_elements(request -> 'order') as o;
    select string_agg(freshet.column_reference(relation, c), ', ') into strict columns
    from jsonb_array_elements_text(request -> 'columns') as c;

    rows := format('select %s from %s as v where %s order by %s', columns, rows_of, coalesce(conditions, 'true'), ordering);
    total := format('select count(*) from %s as v where %s', rows_of, coalesce(countable, 'true'));
    if guards is not null then
        withheld := format(
            'select count(*) from %s as v where %s and (%s) is not true', rows_of, coalesce(unguarded, 'true'), guards
        );
    end if;
end
$$;

revoke all on function freshet.read_queries(text, jsonb, text[]) from public, anon, authenticated;

comment on function freshet.read_queries(text, jsonb, text[]) is
    'The SQL of a read request: rows in their order and without a limit; total, the count of the rows of all pages; withheld, the count of rows that the minimum sample withholds, null without one. allowed: the values of the scope column that the caller may see.';
