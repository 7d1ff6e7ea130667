-- Object: analytics.show_export()
-- Why: another caller's export is not found, so that an id says nothing to a caller it does not belong to. The caller of
--      another organisation is another caller: who has left an organisation gets no link to its rows.
create function analytics.show_export(export_id uuid, caller jsonb)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select freshet.shown_export(j)
    from analytics.export_jobs as j
    where j.export_id = show_export.export_id
        and j.caller_kind = caller ->> 'kind'
        and j.caller_id is not distinct from caller ->> 'subject'
        and j.org_id is not distinct from caller ->> 'org_id';
$$;

revoke all on function analytics.show_export(uuid, jsonb) from public, anon, authenticated;

grant execute on function analytics.show_export(uuid, jsonb) to service_role;

comment on function analytics.show_export(uuid, jsonb) is
    'An export of this caller ({kind, subject}); null for another caller''s and for an unknown id. Service role only.';
