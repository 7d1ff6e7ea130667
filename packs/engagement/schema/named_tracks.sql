-- Object: analytics.named_tracks
-- Grain: one row per track
-- Reads: public.tracks
-- Serves: /analytics/engagement/tracks
-- Why: a page offers a choice of tracks by their current titles.
create view analytics.named_tracks
with (security_invoker = on)
as
select t.id as track_id, t.title
from public.tracks as t;

revoke all on table analytics.named_tracks from public, anon, authenticated;

comment on view analytics.named_tracks is 'Tracks by title.';

select analytics.register_live(name => 'named_tracks', pack => 'engagement', sources => array['public.tracks']::regclass[]);
