import type postgres from "postgres";

export const USERS = 1_000;
export const TOPICS = 100;
/** Of a topic. */
export const QUESTIONS = 2;
export const BATCH_EVENTS = 500;
/** Topics that a user studies, of all. */
const OWN_TOPICS = 5;
/** A user studies every sixth day, and reports six events then: the first and the last of a session, three answers, a text. */
const REST = 6;
const EVENTS_OF_SESSION = 6;

/**
 * As many days as the events fill, 1,000 a day, up to yesterday; then everything that the jobs compute from them. Days
 * grow and nothing else: the same users, and of each the same topics, questions and materials, all of them met in the
 * shorter history too. What is read has as many rows in both.
 */
export async function plantHistory(sql: postgres.Sql, events: number): Promise<void> {
  const days = Math.max(1, Math.round(events * REST / (USERS * EVENTS_OF_SESSION)));
  for (const table of ["study_events", "question_attempts", "study_sessions", "material_interactions"]) {
    await sql`alter table public.${sql(table)} disable trigger user`;
  }
  await plantCurriculum(sql);
  await sql`select analytics.make_study_partitions(((now() at time zone 'UTC')::date - ${days}::integer), ((now() at time zone 'UTC')::date))`;
  await sql`
    create table public.planted as
    select u, d, d / ${REST}::integer as session, ((now() at time zone 'UTC')::date - d)::timestamp at time zone 'UTC' + u * interval '80 seconds' as at,
      encode(sha256(convert_to(u || ' ' || d, 'UTF8')), 'hex') as session_id
    from generate_series(1, ${days}::integer) as d cross join generate_series(0, ${USERS - 1}::integer) as u
    where (u + d) % ${REST} = 0`;
  await sql`
    insert into public.study_events (event_id, user_id, session_id, event_type, topic_id, question_id, material_id, created_at)
    select md5(p.session_id || n)::uuid, 'user ' || p.u, p.session_id,
      (array['session_start', 'question_attempt', 'question_attempt', 'question_attempt', 'material_open', 'session_end'])[n],
      case when n between 2 and 4 then md5('topic ' || (p.u + p.session % ${OWN_TOPICS}) % ${TOPICS})::uuid end,
      case when n between 2 and 4 then md5('question ' || (p.u + p.session % ${OWN_TOPICS}) % ${TOPICS} || ' ' || n % ${QUESTIONS})::uuid end,
      case when n = 5 then md5('material ' || (p.u + p.session % ${OWN_TOPICS}) % ${TOPICS})::uuid end,
      p.at + n * interval '2 minutes'
    from public.planted as p cross join generate_series(1, ${EVENTS_OF_SESSION}::integer) as n
    order by p.at`;
  await sql`
    insert into public.question_attempts (event_id, user_id, session_id, question_id, topic_id, is_correct, time_to_answer_seconds, attempted_at)
    select e.event_id, e.user_id, e.session_id, e.question_id, e.topic_id, get_byte(uuid_send(e.event_id), 0) % 4 > 0, 5 + get_byte(uuid_send(e.event_id), 1) % 90, e.created_at
    from public.study_events as e where e.event_type = 'question_attempt' order by e.created_at`;
  await sql`
    insert into public.study_sessions (session_id, user_id, started_at, last_event_at, ended_at, events_count, questions_attempted, materials_viewed)
    select p.session_id, 'user ' || p.u, p.at + interval '2 minutes', p.at + interval '12 minutes', p.at + interval '12 minutes', 6, 3, 1
    from public.planted as p order by p.at`;
  await sql`
    insert into public.material_interactions (material_id, user_id, progress_rate, opens_count, first_at, last_at)
    select e.material_id, e.user_id, 0.5, count(*), min(e.created_at), max(e.created_at)
    from public.study_events as e where e.event_type = 'material_open' group by 1, 2`;
  await sql`drop table public.planted`;
  for (const table of ["study_events", "question_attempts", "study_sessions", "material_interactions"]) {
    await sql`alter table public.${sql(table)} enable trigger user`;
  }
  await computeAll(sql);
}

async function plantCurriculum(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into public.topics (id, name, board_exam_weight)
    select md5('topic ' || t)::uuid, 'Topic ' || t, t % 11 from generate_series(0, ${TOPICS - 1}::integer) as t`;
  await sql`
    insert into public.topic_prerequisites
    select md5('topic ' || t)::uuid, md5('topic ' || t / 2)::uuid from generate_series(1, ${TOPICS - 1}::integer) as t`;
  await sql`
    insert into public.study_materials (id, topic_id, title)
    select md5('material ' || t)::uuid, md5('topic ' || t)::uuid, 'Text ' || t from generate_series(0, ${
    TOPICS - 1
  }::integer) as t`;
}

/** The work of all days and nights until now, at once. */
async function computeAll(sql: postgres.Sql): Promise<void> {
  await sql`analyze public.study_events, public.question_attempts, public.study_sessions, public.material_interactions`;
  await sql`
    insert into freshet.study_changes (user_id, topic_id, question_id)
    select distinct a.user_id, a.topic_id, a.question_id from public.question_attempts as a`;
  await sql`
    insert into freshet.days_to_aggregate
    select distinct e.user_id, (e.created_at at time zone 'UTC')::date from public.study_events as e`;
  await sql`analyze freshet.study_changes, freshet.days_to_aggregate`;
  await sql`delete from analytics.study_batches`;
  await sql`call analytics.run_study_batch('1 hour')`;
}
