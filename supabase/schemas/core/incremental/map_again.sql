-- Object: freshet.map_again()
-- Why: which groups a change touches follows from the functions and plain views of the query, and from columns that are
--      never null. When one of them was replaced the old keys may name other groups than the rows have.
-- Why try: while another transaction changes what is logged, this is left to the next refresh.
-- Why it does not log the new keys itself: their triggers wait for writers, and later writers would wait for the refresh.
create function freshet.map_again(view_name text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    known constant text[] := freshet.keys_of_view(view_name);
begin
    if exists (
        select
        from (
            select m.source from analytics.view_mappings as m where m.view_name = map_again.view_name group by m.source order by m.source::oid
        ) as s
        where not pg_try_advisory_xact_lock(hashtextextended('freshet.keys:' || s.source::oid, 0))
    ) then
        return false;
    end if;
    perform freshet.map_view(view_name);
    if known <> freshet.keys_of_view(view_name) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format(
                'a function or a view of the query was replaced, so that other keys tell its groups apart: register "%s" again, with analytics.register_view',
                view_name
            );
    end if;
    perform freshet.build_statements(view_name);
    return true;
end
$$;

revoke all on function freshet.map_again(text) from public, anon, authenticated;

comment on function freshet.map_again(text) is
    'Derives the mappings of an incremental view again; false: not now. Raises 55000 where its sources log other keys than it needs now.';
