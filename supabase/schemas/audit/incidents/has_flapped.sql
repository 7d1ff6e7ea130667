-- Object: freshet.has_flapped()
-- Why: an incident that opens a third time within its window is one incident of kind flapping, announced once, until
--      the subject has been well for long.
create function freshet.has_flapped(kind text, subject text, evidence jsonb)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (select from analytics.alert_kinds as k where k.kind = has_flapped.kind and k.can_flap)
        and (
            select count(*)
            from analytics.incidents as i
            where i.kind = has_flapped.kind
                and i.subject = has_flapped.subject
                and i.resolution = 'recovered'
                and i.opened_at > clock_timestamp() - freshet.flapping_window(has_flapped.evidence)
        ) >= 2
        -- A flapping incident of another kind has the subject already: two kinds that flap are separate incidents.
        and not exists (
            select
            from analytics.incidents as f
            where f.kind = 'flapping' and f.subject = has_flapped.subject and f.closed_at is null
        );
$$;

revoke all on function freshet.has_flapped(text, text, jsonb) from public, anon, authenticated;

comment on function freshet.has_flapped(text, text, jsonb) is
    'Whether an incident of this kind would be the third of its subject within the window.';
