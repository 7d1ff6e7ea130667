-- Object: freshet.is_collation_free()
-- Why: EXPLAIN prints expressions without their COLLATE. An expression in which nothing has a collation, and no function
--      takes one, means the same without it: the week of a moment, in a query that also normalises texts.
-- Why the list: these functions have a text as argument, the name of a unit or a zone, and read it letter by letter.
create function freshet.is_collation_free(source regclass, expression text)
returns boolean
language plpgsql
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    tree text;
begin
    execute format('create temporary view freshet_collation_check as select %s as key from %s as x', expression, source);
    select r.ev_action::text into strict tree
    from pg_catalog.pg_rewrite as r
    join pg_catalog.pg_class as c on c.oid = r.ev_class
    where c.relname = 'freshet_collation_check' and c.relnamespace = pg_my_temp_schema();
    drop view pg_temp.freshet_collation_check;
    tree := regexp_replace(tree, '\{CONST [^{}]*\}', '', 'g');
    tree := regexp_replace(
        tree,
        format(
            '(:funcid (?:%s) [^{}]*:funccollid 0) :inputcollid \d+',
            concat_ws(
                '|',
                'date_trunc(text, timestamp)'::regprocedure::oid, 'timezone(text, timestamp)'::regprocedure::oid,
                'timezone(text, timestamptz)'::regprocedure::oid, 'extract(text, timestamp)'::regprocedure::oid,
                'extract(text, date)'::regprocedure::oid
            )
        ),
        '\1',
        'g'
    );
    return tree !~ ':[a-z]*collid [1-9]';
end
$$;

revoke all on function freshet.is_collation_free(regclass, text) from public, anon, authenticated;

comment on function freshet.is_collation_free(regclass, text) is
    'Whether an expression over a row x of the source means the same with any COLLATE in it.';
