-- Object: analytics.note_claim_paths()
-- Why: only the functions know their settings. The one that audits tells them at each audit.
create function analytics.note_claim_paths(paths jsonb)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into freshet.claim_paths as c (of_functions, noted_at)
    values (paths, clock_timestamp())
    on conflict (is_the_one) do update
    set of_functions = excluded.of_functions,
        noted_at = excluded.noted_at,
        differing_count = case
            when excluded.of_functions = jsonb_build_object('org', c.org_id_path, 'org_role', c.org_role_path, 'admin', c.is_admin_path) then 0
            else c.differing_count + 1
        end;
$$;

revoke all on function analytics.note_claim_paths(jsonb) from public, anon, authenticated;

grant execute on function analytics.note_claim_paths(jsonb) to service_role;

comment on function analytics.note_claim_paths(jsonb) is
    'Keeps where the functions look for claims, as {"org": […], "org_role": […], "admin": […]}, to compare it with freshet.claim_paths. Service role only.';
