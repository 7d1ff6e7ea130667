-- Object: freshet.flapping_evidence()
-- Why: a pass reads what happened in five minutes, and a job may have failed and recovered in them more than once. That is
--      told as one step, from how it stood to how it stands. What opens a third time within its window is one incident of
--      kind flapping, told once, until it has been well for long.
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

comment on function freshet.flapping_evidence(text, jsonb) is 'What is said of a subject that flaps: of which kind, and the last time.';
