-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/audit/kinds/claims_differ.sql

create function freshet.find_claims_differ()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        'claims',
        jsonb_build_object(
            'message', format(
                'the functions read %s, and the database reads %s',
                string_agg(format('%s at %s', w.name, coalesce(p.of_functions -> w.name, 'null')), ', ' order by w.place),
                string_agg(format('%s at %s', w.name, to_jsonb(w.path)), ', ' order by w.place)
            ),
            'noted_at', p.noted_at
        )
    from freshet.claim_paths as p
    cross join lateral (
        values (1, 'org', p.org_id_path), (2, 'org_role', p.org_role_path), (3, 'admin', p.is_admin_path)
    ) as w (place, name, path)
    where p.differing_count >= 2
        and p.noted_at > clock_timestamp() - interval '15 minutes'
        and p.of_functions -> w.name is distinct from to_jsonb(w.path)
    group by p.noted_at;
$$;

revoke all on function freshet.find_claims_differ() from public, anon, authenticated;

comment on function freshet.find_claims_differ() is
    'Kind claims_differ: one finding, of the claims whose place the functions told otherwise than freshet.claim_paths in two audits or more. Nothing where no audit has told for 15 minutes.';

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('claims_differ', 'error', false, false, 'The functions and the database read organisation and rights from other claims of a token.')
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1055, 'claims_differ',
    'freshet.observe_findings(''claims_differ'', array(select f from freshet.find_claims_differ() as f), array(select ''claims'' from freshet.claim_paths as p where p.noted_at > clock_timestamp() - interval ''15 minutes''))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

reset check_function_bodies;
