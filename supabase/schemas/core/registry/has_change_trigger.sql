-- Object: freshet.has_change_trigger()
-- Why: what freshet.put_change_trigger() made can be undone by a restore, a bulk load or an operator. Asked for each
--      source of each pass of the audit, so it is PL/pgSQL, which plans its query once in a session.
create function freshet.has_change_trigger(relation oid, trigger_name text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return exists (
        select
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where t.tgrelid = has_change_trigger.relation
            and t.tgname = has_change_trigger.trigger_name
            -- All four events, unless the triggers that log its keys note three of them.
            and (
                t.tgname like 'freshet\_log\_%'
                or t.tgtype & 60 = 60
                or exists (select from analytics.source_keys as k where k.source = t.tgrelid)
            )
            and (t.tgenabled = 'A' or (t.tgenabled = 'O' and not pg_has_role(c.relowner, 'usage')))
    );
end
$$;

revoke all on function freshet.has_change_trigger(oid, text) from public, anon, authenticated;

comment on function freshet.has_change_trigger(oid, text) is
    'True where the table has this trigger, enabled as far as the current role may enable it.';
