import type postgres from "postgres";
import { count, type Written } from "./written.ts";

/**
 * Brings the study pack to what was mapped. As with the arena, rows that are already right are not touched, and a table
 * that is right gets no statement. Events are immutable: those that are missing are added, and none is changed.
 */
export async function writeStudy(
  sql: postgres.TransactionSql,
): Promise<Record<"topics" | "sessions" | "answers" | "events", Written>> {
  return {
    topics: await writeTopics(sql),
    sessions: await writeStudySessions(sql),
    answers: await writeAnswers(sql),
    events: await writeEvents(sql),
  };
}

/** The weight of a topic is the project's to set: the dataset has none. */
async function writeTopics(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_topics on commit drop as
    select w.id, w.name from pg_temp.oulad_wanted_topics as w
    except
    select t.id, t.name from public.topics as t`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_topics`);
  if (written > 0) {
    await sql`
      insert into public.topics (id, name)
      select n.id, n.name from pg_temp.oulad_new_topics as n
      on conflict (id) do update set name = excluded.name`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_topics`), written };
}

async function writeStudySessions(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_study_sessions on commit drop as
    select w.session_id, w.user_id, w.started_at, w.questions_attempted, w.questions_correct
    from pg_temp.oulad_wanted_study_sessions as w
    except
    select s.session_id, s.user_id, s.started_at, s.questions_attempted, s.questions_correct
    from public.study_sessions as s
    where s.last_event_at = s.started_at and s.ended_at is null and s.events_count = s.questions_attempted
        and s.materials_viewed = 0 and s.device_type is null`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_study_sessions`);
  if (written > 0) {
    await sql`
      insert into public.study_sessions
          (session_id, user_id, started_at, last_event_at, events_count, questions_attempted, questions_correct)
      select n.session_id, n.user_id, n.started_at, n.started_at, n.questions_attempted, n.questions_attempted,
          n.questions_correct
      from pg_temp.oulad_new_study_sessions as n
      on conflict (session_id) do update set
          user_id = excluded.user_id,
          started_at = excluded.started_at,
          last_event_at = excluded.last_event_at,
          ended_at = null,
          events_count = excluded.events_count,
          questions_attempted = excluded.questions_attempted,
          questions_correct = excluded.questions_correct,
          materials_viewed = 0,
          device_type = null`;
    await sql`analyze public.study_sessions`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_study_sessions`), written };
}

async function writeAnswers(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_answers on commit drop as
    select w.event_id, w.user_id, w.session_id, w.question_id, w.topic_id, w.is_correct, w.attempted_at
    from pg_temp.oulad_wanted_answers as w
    except
    select a.event_id, a.user_id, a.session_id, a.question_id, a.topic_id, a.is_correct, a.attempted_at
    from public.question_attempts as a
    where num_nulls(a.selected_answer, a.correct_answer, a.time_to_answer_seconds) = 3 and not a.is_hint_used`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_answers`);
  if (written > 0) {
    await sql`
      insert into public.question_attempts
          (event_id, user_id, session_id, question_id, topic_id, is_correct, attempted_at)
      select n.event_id, n.user_id, n.session_id, n.question_id, n.topic_id, n.is_correct, n.attempted_at
      from pg_temp.oulad_new_answers as n
      order by n.user_id, n.attempted_at
      on conflict (user_id, event_id) do update set
          session_id = excluded.session_id,
          question_id = excluded.question_id,
          topic_id = excluded.topic_id,
          selected_answer = null,
          correct_answer = null,
          is_correct = excluded.is_correct,
          is_hint_used = false,
          time_to_answer_seconds = null,
          attempted_at = excluded.attempted_at`;
    await sql`analyze public.question_attempts`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_answers`), written };
}

async function writeEvents(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_events on commit drop as
    select w.*
    from pg_temp.oulad_wanted_events as w
    where not exists (
        select from freshet.study_event_keys as k where k.user_id = w.user_id and k.event_id = w.event_id
    )`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_events`);
  if (written > 0) {
    await sql`select analytics.make_study_months()`;
    await sql`
      insert into freshet.study_event_keys (user_id, event_id, created_at)
      select n.user_id, n.event_id, n.created_at from pg_temp.oulad_new_events as n order by n.user_id, n.event_id`;
    await sql`
      insert into public.study_events
          (event_id, user_id, session_id, event_type, topic_id, question_id, created_at)
      select n.event_id, n.user_id, n.session_id, 'question_attempt', n.topic_id, n.question_id, n.created_at
      from pg_temp.oulad_new_events as n
      order by n.created_at`;
    await sql`analyze public.study_events, freshet.study_event_keys`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_events`), written };
}
