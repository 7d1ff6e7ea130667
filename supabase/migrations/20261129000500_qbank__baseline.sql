-- Baseline of qbank, written by tools/schema/baseline.ts from the files named below, which hold the current text.
-- Bodies may name what a later statement makes, so they are not checked here; the house tests check every one.
set check_function_bodies = off;

-- packs/qbank/schema/analytics_heatmap_admin.sql

-- Object: freshet.analytics_heatmap_admin(), public.analytics_heatmap_admin()
-- Why: with analytics_refresh_heatmap() the interface of the heatmap's runbook. Non-admins never reach the view: the
--      caller is checked, admin by verified claim or the service role, before anything is read. A thin invoker function
--      in public, the definer in freshet: a security definer function that clients may execute in an exposed schema is
--      an advisor finding.
create function freshet.analytics_heatmap_admin()
returns table (
    question_id uuid,
    lesion text,
    topic text,
    week_start date,
    attempts bigint,
    correct_attempts bigint,
    accuracy_rate numeric,
    median_duration_ms numeric
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.assert_operator();
    if not (select c.relispopulated from pg_catalog.pg_class as c where c.oid = 'analytics.analytics_heatmap_agg'::regclass) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'the heatmap was never refreshed',
            hint = 'Wait for its job refresh-analytics_heatmap_agg, or select public.analytics_refresh_heatmap().';
    end if;
    return query
    select
        h.question_id, h.lesion, h.topic, h.week_start,
        h.attempts, h.correct_attempts, h.accuracy_rate, h.median_duration_ms
    from analytics.analytics_heatmap_agg as h
    order by h.week_start, h.question_id, h.lesion, h.topic;
end
$$;

create function public.analytics_heatmap_admin()
returns table (
    question_id uuid,
    lesion text,
    topic text,
    week_start date,
    attempts bigint,
    correct_attempts bigint,
    accuracy_rate numeric,
    median_duration_ms numeric
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        h.question_id, h.lesion, h.topic, h.week_start,
        h.attempts, h.correct_attempts, h.accuracy_rate, h.median_duration_ms
    from freshet.analytics_heatmap_admin() as h;
$$;

revoke all on function freshet.analytics_heatmap_admin() from public, anon, authenticated;

grant execute on function freshet.analytics_heatmap_admin() to authenticated, service_role;

revoke all on function public.analytics_heatmap_admin() from public, anon, authenticated;

grant execute on function public.analytics_heatmap_admin() to authenticated, service_role;

comment on function freshet.analytics_heatmap_admin() is
    'Checks the caller, then reads the heatmap. Called through public.analytics_heatmap_admin.';

comment on function public.analytics_heatmap_admin() is
    'Admins and the service role: every row of the heatmap, by week and question. Any other caller gets 42501.';

-- packs/qbank/schema/analytics_refresh_heatmap.sql

-- Object: freshet.analytics_refresh_heatmap(), public.analytics_refresh_heatmap()
-- Why: interface of the heatmap's runbook; see public.analytics_heatmap_admin().
create function freshet.analytics_refresh_heatmap()
returns analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    entry analytics.refresh_log;
begin
    perform freshet.assert_operator();
    if analytics.is_admin() then
        -- A person: at most once a minute, and a failure is an outcome.
        select * into strict entry from freshet.manual_refresh('analytics_heatmap_agg');
        return entry;
    end if;
    return analytics.refresh_view('analytics_heatmap_agg', 'manual');
end
$$;

create function public.analytics_refresh_heatmap()
returns analytics.refresh_log
language sql
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
    select freshet.analytics_refresh_heatmap();
$$;

revoke all on function freshet.analytics_refresh_heatmap() from public, anon, authenticated;

grant execute on function freshet.analytics_refresh_heatmap() to authenticated, service_role;

revoke all on function public.analytics_refresh_heatmap() from public, anon, authenticated;

grant execute on function public.analytics_refresh_heatmap() to authenticated, service_role;

comment on function freshet.analytics_refresh_heatmap() is
    'Checks the caller, then refreshes. Called through public.analytics_refresh_heatmap.';

comment on function public.analytics_refresh_heatmap() is
    'Refreshes the heatmap concurrently and returns the ledger row. Service role: without a limit, raises on failure. Admins: at most once a minute (PT429), a failure is in the row. Any other caller gets 42501.';

-- packs/qbank/schema/questions.sql

-- Object: public.questions
-- Grain: one row per question
-- Why: this and public.responses belong to the application, which writes here; nothing analytical is ever added to
--      them. A moment before 1970, or one that no date of four digits can name, comes from a broken clock and is
--      refused: one such row would break every answer that contains it. Row security: signed-in users read the
--      questions and their own answers. Only the service role writes.
create table public.questions (
    id uuid primary key default gen_random_uuid(),
    stem text not null default '',
    lesion text check (length(lesion) <= 100),
    topic text check (length(topic) <= 100),
    created_at timestamptz not null default now()
);

alter table public.questions enable row level security;

revoke all on table public.questions from public, anon, authenticated;

grant select on table public.questions to authenticated;

grant select, insert, update, delete on table public.questions to service_role;

comment on column public.questions.lesion is
    'As the author wrote it; analytics.question_tags holds the normalised spelling.';

-- packs/qbank/schema/responses.sql

-- Object: public.responses
-- Grain: one row per answer of a learner to a question
-- Why: table of the application; see public.questions.
create table public.responses (
    id uuid primary key default gen_random_uuid(),
    question_id uuid not null references public.questions (id) on delete cascade,
    user_id uuid,
    is_correct boolean not null,
    duration_ms integer check (duration_ms >= 0),
    answered_at timestamptz not null default now() check (answered_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00')
);

create index responses_question_id_idx on public.responses (question_id, answered_at);

create index responses_user_id_idx on public.responses (user_id, answered_at);

create index responses_answered_at_idx on public.responses (answered_at);

alter table public.responses enable row level security;

revoke all on table public.responses from public, anon, authenticated;

grant select on table public.responses to authenticated;

grant select, insert, update, delete on table public.responses to service_role;

comment on column public.responses.user_id is 'auth.users.id of the learner; null when the learner is unknown or was erased.';

comment on column public.responses.duration_ms is
    'From the display of the question to the answer; null when it was not measured.';

-- packs/qbank/schema/question_tags.sql

-- Object: analytics.question_tags
-- Grain: one row per question
-- Reads: public.questions
-- Serves: the views of the question bank
-- Why: one place decides how tags are spelt. A lesion: compatibility form (NFKC), lower case, runs of blanks,
--      underscores and hyphens of any kind become one space, none at the ends; so "Tetralogy_of-Fallot " is "tetralogy
--      of fallot". A topic keeps its letters: NFC, runs of blanks become one space, none at the ends. An empty or null
--      tag becomes "untagged". packs/qbank/tag.ts spells what callers ask for in the same way. Case follows ICU's root
--      locale and order follows bytes, so that no server's locale changes an answer.
create view analytics.question_tags
with (security_invoker = on)
as
select
    q.id as question_id,
    coalesce(
        nullif(
            btrim(regexp_replace(
                lower(normalize(q.lesion, nfkc) collate pg_catalog."und-x-icu"),
                '[ \t\n\v\f\r_\u2010-\u2015\u2212-]+', ' ', 'g'
            )),
            ''
        ),
        'untagged'
    ) collate pg_catalog."C" as lesion,
    coalesce(
        nullif(btrim(regexp_replace(normalize(q.topic, nfc), '[ \t\n\v\f\r\u00a0]+', ' ', 'g')), ''),
        'untagged'
    ) collate pg_catalog."C" as topic
from public.questions as q;

revoke all on table analytics.question_tags from public, anon, authenticated;

comment on view analytics.question_tags is
    'Lesion and topic of each question in their normalised spelling; "untagged" where there is none.';

-- packs/qbank/schema/question_texts.sql

-- Object: analytics.question_texts
-- Grain: one row per question
-- Reads: public.questions
-- Serves: the names of analytics.named_heatmap, and of the engagement pack's explained_questions
-- Why: an admin who sees that a question is answered badly wants to read it. Texts are longer than figures, and one
--      text belongs to all weeks of a question: they are joined when a page is read, not stored in each row. An answer
--      shows only the beginning, which is enough to recognise the question and keeps a page of 999 rows small.
create view analytics.question_texts
with (security_invoker = on)
as
select
    q.id as question_id,
    case when length(q.stem) <= 300 then q.stem else left(q.stem, 299) || '…' end as question_text
from public.questions as q;

revoke all on table analytics.question_texts from public, anon, authenticated;

comment on view analytics.question_texts is 'The text of each question, cut to 300 characters with an ellipsis.';

-- packs/qbank/schema/question_topics.sql

-- Object: analytics.question_topics
-- Grain: one row per topic
-- Reads: public.questions (through analytics.question_tags)
-- Serves: /analytics/qbank/topics
-- Why: a page offers a choice of topics.
create view analytics.question_topics
with (security_invoker = on)
as
select t.topic, count(*) as questions_count, count(distinct t.lesion) as lesions_count
from analytics.question_tags as t
group by t.topic;

revoke all on table analytics.question_topics from public, anon, authenticated;

comment on view analytics.question_topics is 'The topics of all questions, in their normalised spelling.';

comment on column analytics.question_topics.topic is 'Normalised: see analytics.question_tags.';

-- packs/qbank/schema/analytics_heatmap_agg.sql

-- Object: analytics.analytics_heatmap_agg
-- Grain: one row per question, lesion, topic and week (Monday, UTC) in which the question was answered
-- Reads: public.responses, public.questions (through analytics.question_tags)
-- Serves: /analytics/qbank/heatmap, public.analytics_heatmap_admin()
-- Refresh: every 15 minutes
-- Why: grouped by question and week, without learners, so that admins can read it without any personal data.
create materialized view analytics.analytics_heatmap_agg as
with answers as (
    select
        r.question_id,
        t.lesion,
        t.topic,
        date_trunc('week', r.answered_at at time zone 'UTC')::date as week_start,
        r.is_correct,
        r.duration_ms
    from public.responses as r
    join analytics.question_tags as t on t.question_id = r.question_id
)
select
    a.question_id,
    a.lesion,
    a.topic,
    a.week_start,
    count(*) as attempts,
    count(*) filter (where a.is_correct) as correct_attempts,
    round((count(*) filter (where a.is_correct))::numeric / count(*), 2) as accuracy_rate,
    round((percentile_cont(0.5) within group (order by a.duration_ms))::numeric, 1) as median_duration_ms
from answers as a
group by a.question_id, a.lesion, a.topic, a.week_start
with no data;

create unique index analytics_heatmap_agg_key
    on analytics.analytics_heatmap_agg (question_id, lesion, topic, week_start);

create index analytics_heatmap_agg_idx
    on analytics.analytics_heatmap_agg (week_start, question_id);

comment on materialized view analytics.analytics_heatmap_agg is
    'How a question was answered in one week, without any data about the learners.';

comment on column analytics.analytics_heatmap_agg.lesion is 'Normalised: see analytics.question_tags.';

comment on column analytics.analytics_heatmap_agg.week_start is 'Monday of the ISO week of the UTC timestamp.';

comment on column analytics.analytics_heatmap_agg.accuracy_rate is 'correct_attempts / attempts, two decimals, half away from zero.';

comment on column analytics.analytics_heatmap_agg.median_duration_ms is 'Exact median of the measured durations; null when none was measured.';

-- packs/qbank/schema/mv_lesion_topic_weeks.sql

-- Object: analytics.mv_lesion_topic_weeks
-- Grain: one row per lesion, topic and week (Monday, UTC) in which one of their questions was answered
-- Reads: public.responses, public.questions (through analytics.question_tags)
-- Serves: /analytics/qbank/heatmap/matrix
-- Refresh: every 15 minutes, a minute after the heatmap
-- Why: a cell of the drawn heatmap covers many questions. Its median cannot be computed from the questions' medians,
--      and five questions with one answer each are a sample of five: so it reads the answers themselves, not the
--      heatmap's rows.
create materialized view analytics.mv_lesion_topic_weeks as
with answers as (
    select
        t.lesion,
        t.topic,
        date_trunc('week', r.answered_at at time zone 'UTC')::date as week_start,
        r.question_id,
        r.is_correct,
        r.duration_ms
    from public.responses as r
    join analytics.question_tags as t on t.question_id = r.question_id
)
select
    a.lesion,
    a.topic,
    a.week_start,
    count(distinct a.question_id) as question_count,
    count(*) as attempts,
    count(*) filter (where a.is_correct) as correct_attempts,
    round((count(*) filter (where a.is_correct))::numeric / count(*), 2) as accuracy_rate,
    round((percentile_cont(0.5) within group (order by a.duration_ms))::numeric, 1) as median_duration_ms
from answers as a
group by a.lesion, a.topic, a.week_start
with no data;

create unique index mv_lesion_topic_weeks_key
    on analytics.mv_lesion_topic_weeks (lesion, topic, week_start);

comment on materialized view analytics.mv_lesion_topic_weeks is 'How the questions of a lesion and topic were answered in one week.';

comment on column analytics.mv_lesion_topic_weeks.lesion is 'Normalised: see analytics.question_tags.';

comment on column analytics.mv_lesion_topic_weeks.week_start is 'Monday of the ISO week of the UTC timestamp.';

comment on column analytics.mv_lesion_topic_weeks.accuracy_rate is 'correct_attempts / attempts, two decimals, half away from zero.';

comment on column analytics.mv_lesion_topic_weeks.median_duration_ms is 'Exact median of the measured durations; null when none was measured.';

-- packs/qbank/schema/named_heatmap.sql

-- Object: analytics.named_heatmap
-- Grain: as analytics.analytics_heatmap_agg
-- Reads: analytics.analytics_heatmap_agg, analytics.question_texts
-- Serves: /analytics/qbank/heatmap
-- Why: adds the questions' texts; see analytics.question_texts.
create view analytics.named_heatmap
with (security_invoker = on)
as
select
    h.question_id,
    t.question_text,
    h.lesion,
    h.topic,
    h.week_start,
    h.attempts,
    h.correct_attempts,
    h.accuracy_rate,
    h.median_duration_ms
from analytics.analytics_heatmap_agg as h
left join analytics.question_texts as t on t.question_id = h.question_id;

revoke all on table analytics.named_heatmap from public, anon, authenticated;

comment on view analytics.named_heatmap is 'The heatmap with the texts of the questions, read live.';

comment on column analytics.named_heatmap.question_text is
    'The question''s stem, cut to 300 characters with an ellipsis. Null where the question was deleted after the last refresh.';

-- packs/qbank/schema/question_lesions.sql

-- Object: analytics.question_lesions
-- Grain: one row per lesion
-- Reads: public.questions (through analytics.question_tags)
-- Serves: /analytics/qbank/lesions
-- Why: a page offers a choice of lesions.
create view analytics.question_lesions
with (security_invoker = on)
as
select t.lesion, count(*) as questions_count, count(distinct t.topic) as topics_count
from analytics.question_tags as t
group by t.lesion;

revoke all on table analytics.question_lesions from public, anon, authenticated;

comment on view analytics.question_lesions is 'The lesions of all questions, in their normalised spelling.';

comment on column analytics.question_lesions.lesion is 'Normalised: see analytics.question_tags.';

-- packs/qbank/schema/questions.sql

create policy questions_are_read_by_signed_in_users on public.questions
    for select to authenticated using (true);

-- packs/qbank/schema/responses.sql

-- A user whose id is not a uuid gave no answer, and asking for one is no error.
create policy responses_are_read_by_who_gave_them on public.responses
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

-- packs/qbank/schema/analytics_heatmap_agg.sql

select analytics.register_view(
    view_name => 'analytics_heatmap_agg',
    pack => 'qbank',
    schedule => '8,23,38,53 * * * *',
    stale_after => '35 minutes',
    source_at => 'public.responses.answered_at'
);

-- packs/qbank/schema/mv_lesion_topic_weeks.sql

select analytics.register_view(
    view_name => 'mv_lesion_topic_weeks',
    pack => 'qbank',
    schedule => '9,24,39,54 * * * *',
    stale_after => '35 minutes',
    source_at => 'public.responses.answered_at'
);

-- packs/qbank/schema/question_lesions.sql

select analytics.register_live(name => 'question_lesions', pack => 'qbank', sources => array['public.questions']::regclass[]);

-- packs/qbank/schema/question_texts.sql

select analytics.register_live(name => 'question_texts', pack => 'qbank', sources => array['public.questions']::regclass[]);

-- packs/qbank/schema/question_topics.sql

select analytics.register_live(name => 'question_topics', pack => 'qbank', sources => array['public.questions']::regclass[]);

reset check_function_bodies;
