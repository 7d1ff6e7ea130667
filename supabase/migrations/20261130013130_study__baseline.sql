-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/study/schema/answers_changed.sql

-- Object: freshet.answers_changed()
-- Why: every write to answers, tracked or not, is noted once for each user, question and day, so that the jobs recompute
--      what changed and nothing else.
create function freshet.answers_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
        select distinct n.user_id, n.topic_id, n.question_id, (n.attempted_at at time zone 'UTC')::date
        from new_rows as n;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
        select distinct o.user_id, o.topic_id, o.question_id, (o.attempted_at at time zone 'UTC')::date
        from old_rows as o;
    end if;
    return null;
end
$$;

revoke all on function freshet.answers_changed() from public, anon, authenticated;

comment on function freshet.answers_changed() is 'Statement trigger of public.question_attempts.';

-- packs/study/schema/daily_user_stats.sql

-- Object: analytics.daily_user_stats
-- Grain: one row per user and UTC day on which the user did something
-- Reads: public.study_events, public.question_attempts, public.study_sessions
-- Serves: /analytics/study/activity
-- Why: the calendar of the last 90 days is 90 rows by key, not a scan of the log.
create table analytics.daily_user_stats (
    user_id text not null,
    stat_date date not null,
    events_count integer not null,
    sessions_count integer not null,
    study_seconds bigint not null,
    questions_attempted integer not null,
    questions_correct integer not null,
    accuracy_rate numeric check (accuracy_rate between 0 and 1),
    avg_time_to_answer_seconds numeric,
    materials_viewed integer not null,
    topics_count integer not null,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_daily_user_stats_user_date primary key (user_id, stat_date)
);

alter table analytics.daily_user_stats enable row level security;

revoke all on table analytics.daily_user_stats from public, anon, authenticated;

comment on table analytics.daily_user_stats is 'Figures of a user''s day, written by the nightly batch; late events re-aggregate their day.';

comment on column analytics.daily_user_stats.sessions_count is 'Sessions that began on the day.';

comment on column analytics.daily_user_stats.study_seconds is
    'From the first to the last event of each session that began on the day: a session that crosses midnight belongs to its first day, whole.';

comment on column analytics.daily_user_stats.accuracy_rate is 'Null without answers.';

comment on column analytics.daily_user_stats.avg_time_to_answer_seconds is 'Over the answers with a measured time; null without any.';

comment on column analytics.daily_user_stats.materials_viewed is 'Events material_open.';

comment on column analytics.daily_user_stats.topics_count is 'Topics of the day''s answers.';

-- packs/study/schema/days_to_aggregate.sql

-- Object: freshet.days_to_aggregate
-- Grain: one row per user and UTC day whose daily figures are out of date
-- Why: a late event makes a day of the past out of date. The nightly batch aggregates these days and no others.
create table freshet.days_to_aggregate (
    user_id text not null,
    stat_date date not null,
    primary key (user_id, stat_date)
);

revoke all on table freshet.days_to_aggregate from public, anon, authenticated, service_role;

comment on table freshet.days_to_aggregate is
    'Days that the nightly batch will aggregate. Written from freshet.study_changes by the jobs alone, one at a time.';

-- packs/study/schema/erasures.sql

-- Object: freshet.erasures
-- Grain: one row per call of public.forget_user()
-- Why: the proof that a user was erased, and the reason why the trigger of the log lets this transaction delete. The
--      user's id stands here only until the transaction ends; afterwards a hash recognises late events of an erased user.
create table freshet.erasures (
    erasure_id bigint generated always as identity primary key,
    user_hash text not null,
    user_id text,
    transaction_id xid8 not null default pg_current_xact_id(),
    erased_at timestamptz not null default now(),
    rows_count bigint
);

create index erasures_user_hash_idx on freshet.erasures (user_hash, erased_at);

revoke all on table freshet.erasures from public, anon, authenticated, service_role;

comment on table freshet.erasures is 'Users that were erased, as hashes. Written by public.forget_user only.';

comment on column freshet.erasures.user_hash is 'HMAC-SHA256, in hex, of the user''s id with the pepper in Vault.';

comment on column freshet.erasures.user_id is 'Null once the erasing transaction has ended.';

-- packs/study/schema/events_were_inserted.sql

-- Object: freshet.events_were_inserted()
-- Why: a day's figures count its events.
create function freshet.events_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into freshet.study_changes (user_id, changed_on)
    select distinct n.user_id, (n.created_at at time zone 'UTC')::date
    from new_rows as n;
    return null;
end
$$;

revoke all on function freshet.events_were_inserted() from public, anon, authenticated;

comment on function freshet.events_were_inserted() is 'Statement trigger of public.study_events.';

-- packs/study/schema/knowledge_gaps.sql

-- Object: analytics.knowledge_gaps
-- Grain: one row per user and topic, the 50 most urgent topics of each user
-- Reads: public.topics, public.topic_prerequisites, analytics.topic_mastery, public.question_attempts
-- Serves: /analytics/study/gaps
-- Why: priority_score = gap_score * 3.0 + board_exam_weight * 2.0 + prerequisite_impact * 1.0 + recent_failure_rate * 1.5.
--      Each term stands beside the score.
create table analytics.knowledge_gaps (
    user_id text not null,
    topic_id uuid not null,
    priority_score numeric not null,
    gap_score numeric not null check (gap_score between 0 and 1),
    board_exam_weight numeric not null check (board_exam_weight between 0 and 10),
    prerequisite_impact integer not null check (prerequisite_impact >= 0),
    recent_failure_rate numeric not null check (recent_failure_rate between 0 and 1),
    calculated_at timestamptz not null,
    calculation_version text not null,
    primary key (user_id, topic_id)
);

create index ix_knowledge_gaps_user_priority on analytics.knowledge_gaps (user_id, priority_score desc, topic_id);

alter table analytics.knowledge_gaps enable row level security;

revoke all on table analytics.knowledge_gaps from public, anon, authenticated;

comment on table analytics.knowledge_gaps is 'What to learn next, written by the nightly batch.';

comment on column analytics.knowledge_gaps.gap_score is '1 - mastery_score; 1 for a topic without a row in topic_mastery.';

comment on column analytics.knowledge_gaps.prerequisite_impact is
    'How many other topics have this one as a prerequisite, directly or through others. In a circle each topic counts once.';

comment on column analytics.knowledge_gaps.recent_failure_rate is 'Share of wrong answers in the topic in the last 14 UTC days; 0 without answers.';

-- packs/study/schema/question_reviews.sql

-- Object: analytics.question_reviews
-- Grain: one row per user and question that the user has answered
-- Reads: public.question_attempts
-- Serves: /analytics/study/reviews/due, /analytics/study/questions/history
-- Why: the state of spaced repetition after all answers to a question in the order of their time. It is computed from
--      the answers, never from its former self: late and repeated answers make no difference.
create table analytics.question_reviews (
    user_id text not null,
    question_id uuid not null,
    topic_id uuid not null,
    attempts_count integer not null,
    correct_count integer not null,
    is_first_correct boolean not null,
    easiness_factor numeric not null check (easiness_factor >= 1.3),
    repetition integer not null check (repetition >= 0),
    interval_days integer not null check (interval_days >= 1),
    reviewed_at timestamptz not null,
    last_answered_at timestamptz not null,
    due_on date not null,
    calculated_at timestamptz not null default now(),
    calculation_version text not null,
    primary key (user_id, question_id)
);

create index ix_question_reviews_user_topic on analytics.question_reviews (user_id, topic_id);

create index ix_question_reviews_user_due on analytics.question_reviews (user_id, due_on);

alter table analytics.question_reviews enable row level security;

revoke all on table analytics.question_reviews from public, anon, authenticated;

comment on table analytics.question_reviews is 'SM-2 after all answers of a user to a question.';

comment on column analytics.question_reviews.topic_id is 'The topic of the last answer.';

comment on column analytics.question_reviews.repetition is 'n of I(n): successful answers in a row that counted; 0 after a failure.';

comment on column analytics.question_reviews.interval_days is 'I(n) in days, at most 36500.';

comment on column analytics.question_reviews.reviewed_at is 'The last answer that counted for SM-2: the first of its UTC day.';

comment on column analytics.question_reviews.due_on is 'UTC day of reviewed_at plus interval_days.';

-- packs/study/schema/reading_changed.sql

-- Object: freshet.reading_changed()
-- Why: progress in a material changes the mastery of the material's topic.
create function freshet.reading_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, topic_id)
        select distinct n.user_id, m.topic_id
        from new_rows as n
        join public.study_materials as m on m.id = n.material_id;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, topic_id)
        select distinct o.user_id, m.topic_id
        from old_rows as o
        join public.study_materials as m on m.id = o.material_id;
    end if;
    return null;
end
$$;

revoke all on function freshet.reading_changed() from public, anon, authenticated;

comment on function freshet.reading_changed() is 'Statement trigger of public.material_interactions.';

-- packs/study/schema/refuse_event_change.sql

-- Object: freshet.refuse_event_change()
-- Why: the log is immutable for every role, its owner included. The one way to delete events of a user is
--      public.forget_user(), which notes its transaction in freshet.erasures first.
create function freshet.refuse_event_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'DELETE' and exists (
        select from freshet.erasures as e
        where e.user_id = old.user_id and e.transaction_id = pg_current_xact_id()
    ) then
        return old;
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('study events are immutable: %s is refused', tg_op),
        hint = 'Report a correction as a new event. To erase a user: select public.forget_user(''<user id>''). Old months are dropped by the job drop-old-study-events.';
end
$$;

revoke all on function freshet.refuse_event_change() from public, anon, authenticated;

comment on function freshet.refuse_event_change() is
    'Trigger of public.study_events: refuses update, delete and truncate, except deletes of the transaction that erases the user.';

-- packs/study/schema/scope_study_people_of_caller.sql

-- Object: freshet.scope_study_people_of_caller()
-- Why: whose study analytics a teacher, a parent or a coach may read is for the project to say: this pack knows no
--      organisations. It lists nobody until a project replaces it, with a migration of its own:
--
--          create or replace function freshet.scope_study_people_of_caller(subject text)
--          returns setof text language sql stable set search_path = pg_catalog, pg_temp
--          as $$ select c.student_id from public.coachings as c where c.coach_id = subject $$;
--
-- Why no version: it is asked at each read of another person's rows, and no cache keeps such an answer. When a person is
--      taken off it, the next request for that person is refused, so it needs no analytics.register_live().
create function freshet.scope_study_people_of_caller(subject text)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select scope_study_people_of_caller.subject where false;
$$;

revoke all on function freshet.scope_study_people_of_caller(text) from public, anon, authenticated;

comment on function freshet.scope_study_people_of_caller(text) is
    'Scope relation study_people_of_caller: the people, beside the subject, whose study analytics the subject may read. Empty until a project replaces it.';

-- packs/study/schema/sessions_changed.sql

-- Object: freshet.sessions_changed()
-- Why: a session's time belongs to the day on which it began, and a late event may move its beginning: then both days
--      are out of date.
create function freshet.sessions_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, changed_on)
        select distinct n.user_id, (n.started_at at time zone 'UTC')::date
        from new_rows as n;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, changed_on)
        select distinct o.user_id, (o.started_at at time zone 'UTC')::date
        from old_rows as o;
    end if;
    return null;
end
$$;

revoke all on function freshet.sessions_changed() from public, anon, authenticated;

comment on function freshet.sessions_changed() is 'Statement trigger of public.study_sessions.';

-- packs/study/schema/study_batches.sql

-- Object: analytics.study_batches
-- Grain: one row per nightly batch
-- Why: the ledger of the batch: how far it came, so that it goes on there after a crash, and what it found.
create table analytics.study_batches (
    stat_date date primary key,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    last_user_id text,
    users_count integer not null default 0,
    days_count integer not null default 0,
    cycles_count integer not null default 0,
    attempts_count integer not null default 1,
    error text
);

alter table analytics.study_batches enable row level security;

revoke all on table analytics.study_batches from public, anon, authenticated;

grant select on table analytics.study_batches to service_role;

comment on table analytics.study_batches is 'Nightly batches. stat_date is the day that the batch closes.';

comment on column analytics.study_batches.finished_at is 'Null while users remain.';

comment on column analytics.study_batches.last_user_id is 'Users are taken in the order of their ids; those up to this one are done.';

comment on column analytics.study_batches.days_count is 'Days of users that were aggregated.';

comment on column analytics.study_batches.cycles_count is 'Topics in circles of prerequisites; see analytics.topic_prerequisite_cycles.';

-- packs/study/schema/study_changes.sql

-- Object: freshet.study_changes
-- Grain: one row per statement that wrote, and user, question and day that it wrote about
-- Why: the log of what has to be recomputed. It is only appended to, so that no writer waits for another or for the job
--      that empties it; several rows about one thing are recomputed once.
create table freshet.study_changes (
    change_id bigint generated always as identity primary key,
    user_id text not null,
    topic_id uuid,
    question_id uuid,
    changed_on date
);

create index study_changes_user_id_idx on freshet.study_changes (user_id);

revoke all on table freshet.study_changes from public, anon, authenticated, service_role;

comment on table freshet.study_changes is
    'What was written since analytics.update_topic_mastery() ran last. Emptied by that job.';

comment on column freshet.study_changes.question_id is 'The question whose answers changed; null if no answer did.';

comment on column freshet.study_changes.topic_id is 'The topic whose mastery changed; null if none did.';

comment on column freshet.study_changes.changed_on is 'The UTC day whose figures changed; null if none did.';

-- packs/study/schema/study_event_keys.sql

-- Object: freshet.study_event_keys
-- Grain: one row per accepted event
-- Why: an event is accepted once, however often it is delivered. A unique key of the partitioned log has to include
--      created_at, which may differ between two deliveries of one event (it is set back to the database's clock).
create table freshet.study_event_keys (
    user_id text not null,
    event_id uuid not null,
    created_at timestamptz not null,
    primary key (user_id, event_id)
);

create index study_event_keys_created_at_idx on freshet.study_event_keys using brin (created_at);

revoke all on table freshet.study_event_keys from public, anon, authenticated, service_role;

comment on table freshet.study_event_keys is 'Ids of accepted events; deleted with the month of their events.';

-- packs/study/schema/study_event_types.sql

-- Object: freshet.study_event_types()
-- Why: one closed list for the table's check and for tracking. A new type is a migration: reports never meet a type that
--      they do not know.
create function freshet.study_event_types()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select array[
        'session_start', 'session_end',
        'question_view', 'question_attempt', 'hint_view', 'explanation_view',
        'material_open', 'material_progress', 'material_complete',
        'topic_view', 'review_start', 'review_complete'
    ];
$$;

revoke all on function freshet.study_event_types() from public, anon, authenticated;

comment on function freshet.study_event_types() is 'The types of event that public.study_events accepts.';

-- packs/study/schema/study_events.sql

-- Object: public.study_events, public.study_events_default
-- Grain: one row per event that a client reported
-- Why: the immutable log. Partitioned by month of created_at, so that two years are kept by dropping old months; a job
--      makes months ahead. An event whose month has no partition goes to the default partition: no event is refused
--      because a month is missing.
-- Why no personal data: the log outlives a session and is read by many. Its user is an id, its session a hash, its
--      address a network, its browser a family.
create table public.study_events (
    event_id uuid not null,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    session_id text check (session_id ~ '^[0-9a-f]{64}$'),
    event_type text not null check (event_type = any (freshet.study_event_types())),
    topic_id uuid,
    question_id uuid,
    material_id uuid,
    properties jsonb not null default '{}' check (jsonb_typeof(properties) = 'object' and pg_column_size(properties) <= 4096),
    ip_network cidr,
    browser text,
    device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'bot', 'other')),
    created_at timestamptz not null check (created_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    received_at timestamptz not null default now(),
    clock_skew_seconds numeric not null default 0,
    primary key (user_id, event_id, created_at)
) partition by range (created_at);

create table public.study_events_default partition of public.study_events default;

create index ix_study_events_user_created on public.study_events (user_id, created_at);

alter table public.study_events enable row level security;

alter table public.study_events_default enable row level security;

revoke all on table public.study_events from public, anon, authenticated, service_role;

revoke all on table public.study_events_default from public, anon, authenticated, service_role;

create trigger study_events_are_immutable before update or delete on public.study_events
    for each row execute function freshet.refuse_event_change();

create trigger study_events_are_not_truncated before truncate on public.study_events
    for each statement execute function freshet.refuse_event_change();

create trigger study_events_default_is_not_truncated before truncate on public.study_events_default
    for each statement execute function freshet.refuse_event_change();

create trigger study_events_were_inserted after insert on public.study_events
    referencing new table as new_rows
    for each statement execute function freshet.events_were_inserted();

comment on table public.study_events is
    'Immutable log of study events, two years. Written by public.track_batch and its kin, read by no client.';

comment on column public.study_events.event_id is 'Made by the client, once per event: a repeated delivery is the same event.';

comment on column public.study_events.session_id is 'HMAC-SHA256, in hex, of the client''s session id with the pepper in Vault.';

comment on column public.study_events.ip_network is 'The client''s address without its last octet (IPv4 /24), or IPv6 /48. Null where it is unknown.';

comment on column public.study_events.browser is 'Family of the browser, from a closed list; null where it is unknown.';

comment on column public.study_events.created_at is 'When it happened, by the client''s clock, but never after received_at.';

comment on column public.study_events.clock_skew_seconds is
    'How far the client''s clock was ahead of the database''s when created_at was set back; 0 if it was not.';

-- packs/study/schema/study_sessions.sql

-- Object: public.study_sessions
-- Grain: one row per session of a user
-- Why: the session's figures are sums, least and greatest values over its events, so that they are the same in whatever
--      order events arrive.
create table public.study_sessions (
    session_id text primary key check (session_id ~ '^[0-9a-f]{64}$'),
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    started_at timestamptz not null check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_event_at timestamptz not null check (last_event_at between started_at and '9999-12-31 00:00+00'),
    ended_at timestamptz check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    events_count integer not null default 0 check (events_count >= 0),
    questions_attempted integer not null default 0 check (questions_attempted >= 0),
    questions_correct integer not null default 0 check (questions_correct between 0 and questions_attempted),
    materials_viewed integer not null default 0 check (materials_viewed >= 0),
    device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'bot', 'other'))
);

create index ix_study_sessions_user_started on public.study_sessions (user_id, started_at);

alter table public.study_sessions enable row level security;

revoke all on table public.study_sessions from public, anon, authenticated;

grant select on table public.study_sessions to authenticated;

grant select, insert, update, delete on table public.study_sessions to service_role;

create trigger sessions_were_started after insert on public.study_sessions
    referencing new table as new_rows
    for each statement execute function freshet.sessions_changed();

create trigger sessions_went_on after update on public.study_sessions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.sessions_changed();

create trigger sessions_were_deleted after delete on public.study_sessions
    referencing old table as old_rows
    for each statement execute function freshet.sessions_changed();

comment on column public.study_sessions.session_id is 'HMAC-SHA256, in hex, of user and client''s session id with the pepper in Vault.';

comment on column public.study_sessions.started_at is 'The earliest event of the session.';

comment on column public.study_sessions.ended_at is 'The latest session_end; null if none was reported.';

comment on column public.study_sessions.materials_viewed is 'Events material_open.';

-- packs/study/schema/topic_daily_stats.sql

-- Object: analytics.topic_daily_stats
-- Grain: one row per user, topic and UTC day on which the user answered a question of the topic
-- Reads: public.question_attempts
-- Serves: /analytics/study/topics/daily
-- Why: a topic over time is a few rows by key.
create table analytics.topic_daily_stats (
    user_id text not null,
    topic_id uuid not null,
    stat_date date not null,
    questions_attempted integer not null,
    questions_correct integer not null,
    accuracy_rate numeric not null check (accuracy_rate between 0 and 1),
    avg_time_to_answer_seconds numeric,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_topic_daily_stats_user_topic_date primary key (user_id, topic_id, stat_date)
);

create index ix_topic_daily_stats_user_date on analytics.topic_daily_stats (user_id, stat_date);

alter table analytics.topic_daily_stats enable row level security;

revoke all on table analytics.topic_daily_stats from public, anon, authenticated;

comment on table analytics.topic_daily_stats is 'Answers of a user in a topic on a day, written by the nightly batch.';

-- packs/study/schema/topic_mastery.sql

-- Object: analytics.topic_mastery
-- Grain: one row per user and topic of which the user has answered a question or read material
-- Reads: analytics.question_reviews, public.material_interactions, public.study_materials
-- Serves: /analytics/study/mastery
-- Why: mastery_score = 0.30 * first_attempt_accuracy + 0.20 * overall_accuracy + 0.30 * retrieval_strength
--      + 0.20 * material_completion. Each term stands beside the score, so that a score can be explained.
-- Why retrieval: R = (1 + 19/81 * t/S)^-0.5, the power forgetting curve of FSRS-4.5 (open-spaced-repetition, "The
--      Algorithm"), with t the days since the topic's last answer and S the mean SM-2 interval of its questions: 0.9 on
--      the day when the topic is due.
create table analytics.topic_mastery (
    user_id text not null,
    topic_id uuid not null,
    mastery_score numeric not null check (mastery_score between 0 and 1),
    first_attempt_accuracy numeric not null check (first_attempt_accuracy between 0 and 1),
    overall_accuracy numeric not null check (overall_accuracy between 0 and 1),
    retrieval_strength numeric not null check (retrieval_strength between 0 and 1),
    material_completion numeric not null check (material_completion between 0 and 1),
    questions_count integer not null,
    attempts_count integer not null,
    correct_count integer not null,
    stability_days numeric check (stability_days >= 1),
    last_answered_at timestamptz,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_topic_mastery_user_topic primary key (user_id, topic_id)
);

create index ix_topic_mastery_user_mastery on analytics.topic_mastery (user_id, mastery_score);

alter table analytics.topic_mastery enable row level security;

revoke all on table analytics.topic_mastery from public, anon, authenticated;

comment on table analytics.topic_mastery is
    'Mastery of topics, recalculated within a minute after an answer and each night. A topic without a row has mastery 0.';

comment on column analytics.topic_mastery.first_attempt_accuracy is 'Share of the answered questions whose first answer was correct; 0 without answers.';

comment on column analytics.topic_mastery.overall_accuracy is 'Share of all answers that were correct; 0 without answers.';

comment on column analytics.topic_mastery.retrieval_strength is 'R at calculated_at; 0 without answers.';

comment on column analytics.topic_mastery.material_completion is 'Mean of progress_rate over all materials of the topic, 0 for those not opened; 0 for a topic without materials.';

comment on column analytics.topic_mastery.stability_days is 'S: mean SM-2 interval of the answered questions, in days; null without answers.';

-- packs/study/schema/topics.sql

-- Object: public.topics
-- Grain: one row per topic of the curriculum
-- Why: table of the application. A topic's weight in the exam decides how urgent a gap in it is.
create table public.topics (
    id uuid primary key default gen_random_uuid(),
    name text not null check (octet_length(name) between 1 and 500),
    board_exam_weight numeric not null default 0 check (board_exam_weight between 0 and 10),
    created_at timestamptz not null default now()
);

alter table public.topics enable row level security;

revoke all on table public.topics from public, anon, authenticated;

grant select on table public.topics to authenticated;

grant select, insert, update, delete on table public.topics to service_role;

comment on column public.topics.board_exam_weight is 'Importance in the exam, 0 to 10.';

-- packs/study/schema/user_learning_metrics.sql

-- Object: analytics.user_learning_metrics
-- Grain: one row per user
-- Reads: analytics.daily_user_stats, analytics.topic_mastery, analytics.question_reviews
-- Serves: /analytics/study/dashboard
-- Why: the dashboard is one row by key. Its windows end on as_of_date, the last day that the batch has closed.
create table analytics.user_learning_metrics (
    user_id text not null,
    as_of_date date not null,
    questions_attempted_7d integer not null,
    questions_attempted_30d integer not null,
    accuracy_rate_7d numeric,
    accuracy_rate_30d numeric,
    study_seconds_7d bigint not null,
    study_seconds_30d bigint not null,
    sessions_count_30d integer not null,
    active_days_30d integer not null,
    current_streak_days integer not null,
    avg_mastery_score numeric,
    topics_started_count integer not null,
    topics_mastered_count integer not null,
    last_active_on date,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_user_learning_metrics primary key (user_id)
);

alter table analytics.user_learning_metrics enable row level security;

revoke all on table analytics.user_learning_metrics from public, anon, authenticated;

comment on table analytics.user_learning_metrics is 'Rolling figures of a user, written by the nightly batch.';

comment on column analytics.user_learning_metrics.accuracy_rate_7d is 'Null without answers, as accuracy_rate_30d.';

comment on column analytics.user_learning_metrics.current_streak_days is 'Days in a row with activity that end on as_of_date.';

comment on column analytics.user_learning_metrics.avg_mastery_score is 'Over the topics with a row in topic_mastery; null without any.';

comment on column analytics.user_learning_metrics.topics_mastered_count is 'Topics with a mastery of 0.8 or more.';

-- packs/study/schema/question_attempts.sql

-- Object: public.question_attempts
-- Grain: one row per answer to a question
-- Why: the answer is what everything is computed from: accuracy, spaced repetition, mastery. It has the id of its event.
create table public.question_attempts (
    event_id uuid not null,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    session_id text check (session_id ~ '^[0-9a-f]{64}$'),
    question_id uuid not null,
    topic_id uuid not null references public.topics (id) on delete cascade,
    selected_answer text check (octet_length(selected_answer) <= 200),
    correct_answer text check (octet_length(correct_answer) <= 200),
    is_correct boolean not null,
    is_hint_used boolean not null default false,
    time_to_answer_seconds numeric check (time_to_answer_seconds between 0 and 86400),
    attempted_at timestamptz not null check (attempted_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    primary key (user_id, event_id)
);

create index ix_question_attempts_user_created on public.question_attempts (user_id, attempted_at);

create index ix_question_attempts_topic_user on public.question_attempts (topic_id, user_id);

create index ix_question_attempts_user_question on public.question_attempts (user_id, question_id, attempted_at, event_id);

alter table public.question_attempts enable row level security;

revoke all on table public.question_attempts from public, anon, authenticated;

grant select on table public.question_attempts to authenticated;

grant select, insert, update, delete on table public.question_attempts to service_role;

create trigger answers_were_inserted after insert on public.question_attempts
    referencing new table as new_rows
    for each statement execute function freshet.answers_changed();

create trigger answers_were_updated after update on public.question_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.answers_changed();

create trigger answers_were_deleted after delete on public.question_attempts
    referencing old table as old_rows
    for each statement execute function freshet.answers_changed();

comment on table public.question_attempts is 'Answers to questions, in the order of (attempted_at, event_id).';

comment on column public.question_attempts.time_to_answer_seconds is 'Null where it was not measured.';

-- packs/study/schema/study_materials.sql

-- Object: public.study_materials
-- Grain: one row per material to read or watch
-- Why: how much of a topic's material a user has completed needs the list of the topic's materials.
create table public.study_materials (
    id uuid primary key default gen_random_uuid(),
    topic_id uuid not null references public.topics (id) on delete cascade,
    title text not null check (octet_length(title) between 1 and 500),
    created_at timestamptz not null default now()
);

create index study_materials_topic_id_idx on public.study_materials (topic_id);

alter table public.study_materials enable row level security;

revoke all on table public.study_materials from public, anon, authenticated;

grant select on table public.study_materials to authenticated;

grant select, insert, update, delete on table public.study_materials to service_role;

-- packs/study/schema/study_topics.sql

-- Object: analytics.study_topics
-- Grain: one row per topic
-- Reads: public.topics
-- Serves: /analytics/study/topics
create view analytics.study_topics
with (security_invoker = on)
as
select
    t.id as topic_id,
    t.name,
    t.board_exam_weight
from public.topics as t;

revoke all on table analytics.study_topics from public, anon, authenticated;

comment on view analytics.study_topics is 'The topics of the curriculum.';

-- packs/study/schema/topic_prerequisites.sql

-- Object: public.topic_prerequisites
-- Grain: one row per topic and topic that has to be learnt before it
-- Why: a gap in a topic is more urgent if other topics rest on it. A circle is accepted and reported, not refused: the
--      curriculum is edited in steps, and one wrong row must not stop the batch; see analytics.topic_prerequisite_cycles.
create table public.topic_prerequisites (
    topic_id uuid not null references public.topics (id) on delete cascade,
    prerequisite_topic_id uuid not null references public.topics (id) on delete cascade,
    primary key (topic_id, prerequisite_topic_id)
);

create index topic_prerequisites_prerequisite_topic_id_idx on public.topic_prerequisites (prerequisite_topic_id);

alter table public.topic_prerequisites enable row level security;

revoke all on table public.topic_prerequisites from public, anon, authenticated;

grant select on table public.topic_prerequisites to authenticated;

grant select, insert, update, delete on table public.topic_prerequisites to service_role;

-- packs/study/schema/material_interactions.sql

-- Object: public.material_interactions
-- Grain: one row per user and material
-- Why: sums, least and greatest values over the events of a user and a material, the same in whatever order they arrive.
create table public.material_interactions (
    material_id uuid not null references public.study_materials (id) on delete cascade,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    progress_rate numeric not null default 0 check (progress_rate between 0 and 1),
    reading_seconds numeric not null default 0 check (reading_seconds >= 0),
    opens_count integer not null default 0 check (opens_count >= 0),
    first_at timestamptz not null check (first_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_at timestamptz not null check (last_at between first_at and '9999-12-31 00:00+00'),
    completed_at timestamptz check (completed_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    constraint ix_material_interactions_material_user primary key (material_id, user_id)
);

create index material_interactions_user_id_idx on public.material_interactions (user_id, last_at);

alter table public.material_interactions enable row level security;

revoke all on table public.material_interactions from public, anon, authenticated;

grant select on table public.material_interactions to authenticated;

grant select, insert, update, delete on table public.material_interactions to service_role;

create trigger materials_were_read_first after insert on public.material_interactions
    referencing new table as new_rows
    for each statement execute function freshet.reading_changed();

create trigger materials_were_read_on after update on public.material_interactions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.reading_changed();

create trigger material_reading_was_deleted after delete on public.material_interactions
    referencing old table as old_rows
    for each statement execute function freshet.reading_changed();

comment on column public.material_interactions.progress_rate is 'The greatest share that was reported, 0 to 1.';

comment on column public.material_interactions.completed_at is 'When it was first reported as complete (material_complete, or a progress of 1); null if it was not.';

create policy interactions_are_read_by_their_user on public.material_interactions
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/question_attempts.sql

create policy attempts_are_read_by_their_user on public.question_attempts
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/study_materials.sql

create policy materials_are_read_by_all on public.study_materials for select to authenticated using (true);

-- packs/study/schema/study_sessions.sql

create policy sessions_are_read_by_their_user on public.study_sessions
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/topic_prerequisites.sql

create policy prerequisites_are_read_by_all on public.topic_prerequisites for select to authenticated using (true);

-- packs/study/schema/topics.sql

create policy topics_are_read_by_all on public.topics for select to authenticated using (true);

-- packs/study/schema/daily_user_stats.sql

select analytics.register_live(
    name => 'daily_user_stats', pack => 'study', sources => array['analytics.daily_user_stats']::regclass[]
);

-- packs/study/schema/knowledge_gaps.sql

select analytics.register_live(
    name => 'knowledge_gaps', pack => 'study', sources => array['analytics.knowledge_gaps', 'public.topics']::regclass[]
);

-- packs/study/schema/question_reviews.sql

select analytics.register_live(
    name => 'question_reviews', pack => 'study', sources => array['analytics.question_reviews']::regclass[]
);

-- packs/study/schema/study_topics.sql

select analytics.register_live(name => 'study_topics', pack => 'study', sources => array['public.topics']::regclass[]);

-- packs/study/schema/topic_daily_stats.sql

select analytics.register_live(
    name => 'topic_daily_stats', pack => 'study', sources => array['analytics.topic_daily_stats']::regclass[]
);

-- packs/study/schema/topic_mastery.sql

select analytics.register_live(
    name => 'topic_mastery', pack => 'study', sources => array['analytics.topic_mastery', 'public.topics']::regclass[]
);

-- packs/study/schema/user_learning_metrics.sql

select analytics.register_live(
    name => 'user_learning_metrics', pack => 'study', sources => array['analytics.user_learning_metrics']::regclass[]
);

reset check_function_bodies;
