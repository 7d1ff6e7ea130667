-- Object: freshet.note_source_change()
-- Grain: one row per statement that wrote to a source of a registered view
-- Why: a refresh is skipped when nothing changed. The log is append-only and has no unique key, so that no writer ever
--      waits for another one because of it. Rows carry the writing transaction: a view is dirty when a change exists
--      that its own snapshot does not include, so a transaction that was open across a refresh is never lost.
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
