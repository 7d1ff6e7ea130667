begin;
select plan(25);

-- 200 users, 40 topics, 50 questions; rows spread as months of use spread them. What the rows would set in motion is not
-- what is measured here.
alter table public.study_events disable trigger user;
alter table public.question_attempts disable trigger user;
alter table public.study_sessions disable trigger user;
alter table public.material_interactions disable trigger user;
create function pg_temp.uuid(kind text, n bigint) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into public.topics (id, name, board_exam_weight) select pg_temp.uuid('topic', n), 'Topic ' || n, n % 11 from generate_series(1, 40) as n;
insert into public.study_materials (id, topic_id, title) select pg_temp.uuid('material', n), pg_temp.uuid('topic', n % 40 + 1), 'Text ' || n from generate_series(1, 200) as n;
insert into public.study_events (event_id, user_id, event_type, created_at)
select pg_temp.uuid('event', n), 'user ' || n % 200, 'topic_view', '2026-01-01'::timestamptz + n * interval '20 minutes' from generate_series(1, 20000) as n;
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
select pg_temp.uuid('attempt', n), 'user ' || n % 200, pg_temp.uuid('question', n / 200 % 50), pg_temp.uuid('topic', n / 200 % 40 + 1), n % 3 > 0, '2026-01-01'::timestamptz + n * interval '20 minutes'
from generate_series(1, 20000) as n;
insert into public.study_sessions (session_id, user_id, started_at, last_event_at)
select encode(sha256(convert_to(n::text, 'UTF8')), 'hex'), 'user ' || n % 200, t.at, t.at + interval '20 minutes'
from generate_series(1, 20000) as n cross join lateral (select '2026-01-01'::timestamptz + n * interval '20 minutes' as at) as t;
insert into public.material_interactions (material_id, user_id, progress_rate, first_at, last_at)
select pg_temp.uuid('material', m), 'user ' || u, 0.5, '2026-01-01', '2026-02-01' from generate_series(1, 200) as m cross join generate_series(0, 199, 4) as u;
insert into analytics.daily_user_stats
select 'user ' || u, date '2026-01-01' + d, 1, 1, 60, 1, 1, 1, null, 0, 1, now(), 'planted' from generate_series(0, 199) as u cross join generate_series(0, 364, 6) as d;
insert into analytics.topic_daily_stats
select 'user ' || u, pg_temp.uuid('topic', d % 40 + 1), date '2026-01-01' + d, 1, 1, 1, null, now(), 'planted' from generate_series(0, 199) as u cross join generate_series(0, 364, 6) as d;
insert into analytics.topic_mastery
select 'user ' || u, pg_temp.uuid('topic', t), (u * t % 100) / 100.0, 0, 0, 0, 0, 1, 1, 1, 1, now(), now(), 'planted' from generate_series(0, 199) as u cross join generate_series(1, 40) as t;
insert into analytics.user_learning_metrics
select 'user ' || u, '2026-12-31', 0, 0, null, null, 0, 0, 0, 0, 0, null, 0, 0, null, now(), 'planted' from generate_series(0, 1999) as u;
insert into analytics.knowledge_gaps
select 'user ' || u, pg_temp.uuid('topic', t), (u * t % 100) / 3.0, 0, 0, 0, 0, now(), 'planted' from generate_series(0, 199) as u cross join generate_series(1, 40) as t;
analyze public.topics, public.study_materials, public.study_events, public.question_attempts, public.study_sessions, public.material_interactions,
    analytics.daily_user_stats, analytics.topic_daily_stats, analytics.topic_mastery, analytics.user_learning_metrics, analytics.knowledge_gaps;

-- The indexes that a plan uses. That of a partition counts as the one that it is a part of.
create function pg_temp.indexes_of(query text) returns text[] language plpgsql
as $$
declare
    plan json;
begin
    execute 'explain (format json) ' || query into plan;
    return array(
        select distinct coalesce(p.inhparent, c.oid)::regclass::text
        from jsonb_path_query(plan::jsonb, 'strict $.**."Index Name"') as n (name)
        join pg_class as c on c.relname = n.name #>> '{}' and c.relkind in ('i', 'I')
        left join pg_inherits as p on p.inhrelid = c.oid
    );
end
$$;
-- Name, columns, and query of each: from the documents, section "Most Important Indexes".
create temporary table documented (name text, columns text, query text);
insert into documented
values
    ('analytics.ix_daily_user_stats_user_date', 'user_id, stat_date',
     $$ select * from analytics.daily_user_stats where user_id = 'user 7' and stat_date > '2026-10-01' order by stat_date $$),
    ('analytics.ix_user_learning_metrics', 'user_id', $$ select * from analytics.user_learning_metrics where user_id = 'user 7' $$),
    ('analytics.ix_topic_mastery_user_topic', 'user_id, topic_id',
     $$ select * from analytics.topic_mastery where user_id = 'user 7' and topic_id = pg_temp.uuid('topic', 3) $$),
    ('analytics.ix_topic_mastery_user_mastery', 'user_id, mastery_score',
     $$ select * from analytics.topic_mastery where user_id = 'user 7' order by mastery_score limit 10 $$),
    ('public.ix_study_events_user_created', 'user_id, created_at',
     $$ select count(*) from public.study_events where user_id = 'user 7' and created_at >= '2026-06-01' and created_at < '2026-06-08' $$),
    ('public.ix_question_attempts_user_created', 'user_id, attempted_at',
     $$ select * from public.question_attempts where user_id = 'user 7' and attempted_at >= '2026-06-01' and attempted_at < '2026-06-08' $$),
    ('public.ix_study_sessions_user_started', 'user_id, started_at',
     $$ select * from public.study_sessions where user_id = 'user 7' and started_at > '2026-06-01' order by started_at desc limit 50 $$),
    ('analytics.ix_knowledge_gaps_user_priority', 'user_id, priority_score DESC, topic_id',
     $$ select * from analytics.knowledge_gaps where user_id = 'user 7' order by priority_score desc, topic_id limit 10 $$),
    ('public.ix_question_attempts_topic_user', 'topic_id, user_id',
     $$ select count(*) filter (where is_correct), count(*) from public.question_attempts where topic_id = pg_temp.uuid('topic', 3) and user_id = 'user 7' $$),
    ('public.ix_material_interactions_material_user', 'material_id, user_id',
     $$ select * from public.material_interactions where material_id = pg_temp.uuid('material', 3) and user_id = 'user 8' $$),
    -- Ours, for the history of a question and a topic over time.
    ('public.ix_question_attempts_user_question', 'user_id, question_id, attempted_at, event_id',
     $$ select * from public.question_attempts where user_id = 'user 7' and question_id = pg_temp.uuid('question', 3) order by attempted_at, event_id $$),
    ('analytics.ix_topic_daily_stats_user_topic_date', 'user_id, topic_id, stat_date',
     $$ select * from analytics.topic_daily_stats where user_id = 'user 7' and topic_id = pg_temp.uuid('topic', 3) order by stat_date $$);

set local search_path = pg_catalog, tap;
select is(
    substring(pg_get_indexdef(d.name::regclass) from '\((.*)\)'), d.columns, format('%s has the columns of the document', d.name)
)
from documented as d;
select is(pg_temp.indexes_of(d.query), array[d.name], format('%s serves its query', d.name)) from documented as d;

-- The test can tell: without the index the plan is another.
drop index analytics.ix_topic_mastery_user_mastery;
select isnt(pg_temp.indexes_of(d.query), array[d.name], 'without an index its query has another plan')
from documented as d
where d.name = 'analytics.ix_topic_mastery_user_mastery';

select * from finish();
rollback;
