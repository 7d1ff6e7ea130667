create function freshet.scope_clubs_of_user(subject text)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select m.club from private.members as m where m.user_id = freshet.canonical_uuid(subject);
$$;

revoke all on function freshet.scope_clubs_of_user(text) from public, anon, authenticated;

select analytics.register_live(
    name => 'clubs_of_user', pack => 'clubs', sources => array['private.members']::regclass[]
);

create materialized view analytics.mv_club_goals as
select g.club, count(*) as games_count, sum(g.goals) as goals_count
from public.games as g
group by g.club
with no data;

create unique index mv_club_goals_key on analytics.mv_club_goals (club);

select analytics.register_view(
    view_name => 'mv_club_goals',
    pack => 'clubs',
    schedule => '12,42 * * * *',
    stale_after => '70 minutes',
    incremental => true
);
