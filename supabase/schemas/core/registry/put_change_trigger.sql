-- Object: freshet.put_change_trigger()
-- Why some for truncate alone: a trigger for several events does not see which rows a statement touched, and a
--      statement that touches none would count as a change. Those that log keys see it, and note the change themselves.
-- Why always: a data dump of the Supabase CLI begins with session_replication_role = replica, in which other triggers
--      do not fire, and the rows that it loads would never reach a view. Only the owner of a table may set this; with
--      the privilege TRIGGER alone the trigger fires as others do.
create function freshet.put_change_trigger(relation regclass, trigger_name text, function_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    events constant text := case
        when function_name = 'note_source_change' and exists (select from analytics.source_keys as k where k.source = relation) then 'truncate'
        else 'insert or update or delete or truncate'
    end;
    enabled "char" := (
        select t.tgenabled from pg_catalog.pg_trigger as t
        where t.tgrelid = relation
            and t.tgname = put_change_trigger.trigger_name
            and t.tgtype = case events when 'truncate' then 32 else 60 end
    );
begin
    if enabled is null then
        perform freshet.assert_watchable(relation);
        execute format(
            'create or replace trigger %I after %s on %s for each statement execute function freshet.%I()',
            trigger_name, events, relation, function_name
        );
        enabled := 'O';
    end if;
    if enabled <> 'A'
        and (
            enabled <> 'O'
            or pg_has_role((select c.relowner from pg_catalog.pg_class as c where c.oid = relation), 'usage')
        )
    then
        execute format('alter table %s enable always trigger %I', relation, trigger_name);
    end if;
end
$$;

revoke all on function freshet.put_change_trigger(regclass, text, text) from public, anon, authenticated;

comment on function freshet.put_change_trigger(regclass, text, text) is
    'Creates the statement trigger on the table where it is missing, and enables it. Raises where the caller may not. Idempotent.';
