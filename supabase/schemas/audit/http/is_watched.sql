-- Object: freshet.is_watched()
-- Why: most observations are good and change nothing, so they are not written.
create function freshet.is_watched(kind text, subject text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.findings as f
        where f.kind = is_watched.kind and f.subject = is_watched.subject and f.state <> 'ok'
    ) or exists (
        select
        from analytics.incidents as i
        where i.kind = is_watched.kind and i.subject = is_watched.subject and i.closed_at is null
    );
$$;

revoke all on function freshet.is_watched(text, text) from public, anon, authenticated;

comment on function freshet.is_watched(text, text) is
    'Whether a good observation of this subject would change anything.';
