-- Object: freshet.note_whole_change()
-- Why: of a write that fired no trigger of the source, or only one of a partition, nothing tells which rows it touched.
--      Views that are refreshed by group compute everything.
create function freshet.note_whole_change(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into analytics.source_changes (source) values (note_whole_change.source);
    if exists (select from analytics.source_keys as k where k.source = note_whole_change.source) then
        execute format('insert into %s (is_whole) values (true)', freshet.key_log(source));
    end if;
end
$$;

revoke all on function freshet.note_whole_change(regclass) from public, anon, authenticated;

comment on function freshet.note_whole_change(regclass) is 'Logs a change of the source that may have touched any row.';
