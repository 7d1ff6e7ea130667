-- Object: freshet.flapping_evidence()
-- Why: the alert of a flapping subject shows its last failure.
create function freshet.flapping_evidence(kind text, evidence jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select evidence || jsonb_build_object(
        'of_kind', kind,
        'message', concat_ws(
            ': ', format('%s again and again within %s minutes, the last time', kind, round(extract(epoch from freshet.flapping_window(evidence)) / 60)),
            evidence ->> 'message'
        )
    );
$$;

revoke all on function freshet.flapping_evidence(text, jsonb) from public, anon, authenticated;

comment on function freshet.flapping_evidence(text, jsonb) is
    'Evidence of a subject that flaps: of which kind, and its last failure.';
