/** The nine queries of the document's table "Common Queries", with the time that it expects of each. */
export interface DocumentedQuery {
  readonly name: string;
  readonly atMostMs: number;
  /** $1 is a user, $2 a topic, $3 a question. */
  readonly sql: string;
}

const today = "(now() at time zone 'UTC')::date";

export const QUERIES: readonly DocumentedQuery[] = [
  {
    name: "dashboard",
    atMostMs: 10,
    sql: "select * from analytics.user_learning_metrics where user_id = $1",
  },
  {
    name: "activity of 90 days",
    atMostMs: 50,
    sql: `select * from analytics.daily_user_stats where user_id = $1 and stat_date > ${today} - 90 order by stat_date`,
  },
  {
    name: "sessions of 30 days",
    atMostMs: 50,
    sql: `select * from public.study_sessions
      where user_id = $1 and started_at > now() - interval '30 days' order by started_at desc`,
  },
  {
    name: "mastery of topics",
    atMostMs: 100,
    sql: `select m.*, t.name from analytics.topic_mastery as m join public.topics as t on t.id = m.topic_id
      where m.user_id = $1 order by m.mastery_score`,
  },
  {
    name: "knowledge gaps",
    atMostMs: 50,
    sql: `select g.*, t.name from analytics.knowledge_gaps as g join public.topics as t on t.id = g.topic_id
      where g.user_id = $1 order by g.priority_score desc, g.topic_id limit 10`,
  },
  {
    name: "a topic over 90 days",
    atMostMs: 50,
    sql: `select * from analytics.topic_daily_stats
      where user_id = $1 and topic_id = $2 and stat_date > ${today} - 90 order by stat_date`,
  },
  {
    name: "history of a question, its last 20 answers",
    atMostMs: 20,
    sql: `select a.*, r.due_on from public.question_attempts as a
      join analytics.question_reviews as r on r.user_id = a.user_id and r.question_id = a.question_id
      where a.user_id = $1 and a.question_id = $3 order by a.attempted_at desc, a.event_id desc limit 20`,
  },
  {
    name: "first-attempt accuracy by topic",
    atMostMs: 100,
    sql: `select topic_id, count(*), count(*) filter (where is_first_correct) from analytics.question_reviews
      where user_id = $1 group by topic_id`,
  },
  {
    name: "progress in materials",
    atMostMs: 50,
    sql:
      `select i.*, m.title from public.material_interactions as i join public.study_materials as m on m.id = i.material_id
      where i.user_id = $1 order by i.last_at desc`,
  },
];

/** What a read is compared with: one row by its primary key. */
export const LOOKUP = "select * from public.topics where id = $2";
