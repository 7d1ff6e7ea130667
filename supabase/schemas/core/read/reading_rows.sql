-- Object: freshet.reading_rows()
-- Why: rows of one view do not answer every question. A *reading* is a function freshet.reading_<name>(asked jsonb)
--      that answers at the time of the read: windows that end today, ranks among the people whom the caller may see.
--      Its rows are filtered, ordered, cut and scoped as those of a view are, and the states of everything that it
--      reads come back with the rows, from the same snapshot.
create function freshet.reading_rows(reading text)
returns regclass
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    row_type regclass;
begin
    select t.typrelid into row_type
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_type as t on t.oid = p.prorettype
    where p.oid = to_regprocedure(format('freshet.%I(jsonb)', 'reading_' || reading)) and p.proretset and t.typrelid <> 0;
    if not found then
        raise exception using
            errcode = 'undefined_function',
            message = format('unknown reading "%s"', reading),
            hint = 'A reading is freshet.reading_<name>(asked jsonb), which returns rows of a composite type.';
    end if;
    return row_type;
end
$$;

revoke all on function freshet.reading_rows(text) from public, anon, authenticated;

comment on function freshet.reading_rows(text) is
    'The row type of a reading. Raises 42883 when there is no such reading.';
