-- Object: freshet.has_one_image()
-- Why: 1.0 equals 1.00, 0 equals -0, 1 day equals 24 hours. Of which types equal values are the same bytes is what
--      PostgreSQL asks before it stores an index entry once for several rows, by the fourth support function of btree.
create function freshet.has_one_image(type oid, typmod integer)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    declared pg_catalog.pg_type;
begin
    select * into strict declared from pg_catalog.pg_type as t where t.oid = type;
    return case
        when declared.typtype = 'd' then freshet.has_one_image(declared.typbasetype, declared.typtypmod)
        when declared.typtype = 'e' then true
        when declared.typsubscript = 'array_subscript_handler'::regproc and declared.typlen = -1
            then freshet.has_one_image(declared.typelem, typmod)
        -- With a declared scale each number is written in one way, with a declared length each padded text.
        when type in ('numeric'::regtype, 'bpchar'::regtype) then typmod >= 0
        else exists (
            select
            from pg_catalog.pg_opclass as o
            join pg_catalog.pg_am as m on m.oid = o.opcmethod and m.amname = 'btree'
            join pg_catalog.pg_amproc as p
                on p.amprocfamily = o.opcfamily and p.amproclefttype = o.opcintype and p.amprocrighttype = o.opcintype and p.amprocnum = 4
            where o.opcdefault and o.opcintype in (type, case when type = 'varchar'::regtype then 'text'::regtype else type end)
        )
    end;
end
$$;

revoke all on function freshet.has_one_image(oid, integer) from public, anon, authenticated;

comment on function freshet.has_one_image(oid, integer) is
    'Whether two equal values of the type always have the same bytes, texts under a deterministic collation.';
