-- Object: analytics.named_tracks
-- Grain: one row per track; those of the views, with the title of the track and the text of the question
-- Reads: public.tracks; analytics.quiz_completion_rates, explanation_engagement, question_texts
-- Serves: /analytics/engagement/tracks, /analytics/engagement/quiz-completion-rates,
--         /analytics/engagement/explanation-engagement
-- Why: titles and texts are joined when a page is read. A question may come from a bank that this project does not hold: then
--      it has no text.
create view analytics.named_tracks
with (security_invoker = on)
as
select t.id as track_id, t.title
from public.tracks as t;

revoke all on table analytics.named_tracks from public, anon, authenticated;

comment on view analytics.named_tracks is 'Tracks by title.';

select analytics.register_live(name => 'named_tracks', pack => 'engagement', sources => array['public.tracks']::regclass[]);
