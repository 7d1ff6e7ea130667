-- Object: analytics.register_live()
-- Why: a relation that is read live needs a version before its answers can be cached; see analytics.live_relations.
create function analytics.register_live(name text, pack text, sources regclass[], moments text[] default '{}')
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    unknown text;
begin
    if exists (select from analytics.views as v where v.view_name = register_live.name) then
        raise exception using
            errcode = 'duplicate_object',
            message = format('cannot register "%s" as live: a view of this name is registered', name),
            hint = 'A view is read as of its last refresh; give the live relation a name of its own.';
    end if;
    select m.moment into unknown
    from unnest(register_live.moments) as m (moment)
    where not exists (
        select
        from pg_catalog.pg_attribute as a
        join pg_catalog.pg_class as c on c.oid = a.attrelid
        where a.attrelid = any (register_live.sources)
            and a.atttypid = 'pg_catalog.timestamptz'::regtype and not a.attisdropped
            and m.moment = format('%s.%s.%s', c.relnamespace::regnamespace, c.relname, a.attname)
    );
    if found then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s" as live: "%s" is no timestamptz of its sources', name, unknown),
            hint = 'Name a column of one of the tables in sources, as schema.table.column.';
    end if;
    insert into analytics.live_relations as l (live_name, pack, sources, moments)
    values (register_live.name, register_live.pack, register_live.sources, register_live.moments)
    on conflict (live_name) do update
    set pack = excluded.pack, sources = excluded.sources, moments = excluded.moments;
    perform freshet.watch_source(c.oid, c.relkind)
    from pg_catalog.pg_class as c
    where c.oid = any (register_live.sources);
end
$$;

revoke all on function analytics.register_live(text, text, regclass[], text[]) from public, anon, authenticated;

comment on function analytics.register_live(text, text, regclass[], text[]) is
    'Gives a relation that is read live a version, which moves with every committed statement that writes to its sources, and with every moment in the columns of moments that passes. Idempotent.';
