-- Object: freshet.note_relative_change()
-- Why: a write to a partition is a change of the source that it belongs to; see analytics.source_relatives.
create function freshet.note_relative_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.note_whole_change(r.source) from analytics.source_relatives as r where r.relation = tg_relid;
    return null;
end
$$;

revoke all on function freshet.note_relative_change() from public, anon, authenticated;

comment on function freshet.note_relative_change() is
    'Statement trigger on every table of analytics.source_relatives.';
