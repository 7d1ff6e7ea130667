-- Object: freshet.note_source_change()
-- Why: appends to analytics.source_changes; an insert without a unique key never waits for another writer.
create function freshet.note_source_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into analytics.source_changes (source) values (tg_relid);
    return null;
end
$$;

revoke all on function freshet.note_source_change() from public, anon, authenticated;

comment on function freshet.note_source_change() is 'Statement trigger on every source table of a registered view.';
