-- Object: freshet.withdraw_subjects()
-- Why: a subject that no longer exists will never be observed as good. Called for each kind of each pass, so it is
--      PL/pgSQL, which plans its statements once in a session.
create function freshet.withdraw_subjects(kind text, known_subjects text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update analytics.incidents as i
    set closed_at = clock_timestamp(), resolution = 'withdrawn',
        closed_in_pass = (select s.pass_count from analytics.audit_state as s)
    where (i.kind = withdraw_subjects.kind or i.kind = 'flapping' and i.evidence ->> 'of_kind' = withdraw_subjects.kind)
        and i.closed_at is null
        and i.subject <> all (known_subjects)
        and not freshet.is_still_running(i.kind, i.subject);

    delete from analytics.findings as f
    where f.kind = withdraw_subjects.kind
        and f.subject <> all (known_subjects)
        -- Stays open while its process works: it is observed until that ends.
        and not freshet.is_still_running(f.kind, f.subject);
end
$$;

revoke all on function freshet.withdraw_subjects(text, text[]) from public, anon, authenticated;

comment on function freshet.withdraw_subjects(text, text[]) is
    'Closes open incidents about subjects that no longer exist: nothing could ever end them. Idempotent.';
