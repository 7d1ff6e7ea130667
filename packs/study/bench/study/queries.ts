/** The nine queries of the document's table "Common Queries", with the time that it expects of each. */
export interface DocumentedQuery {
  readonly name: string;
  readonly atMostMs: number;
  /** $1 is a user, $2 a topic, $3 a question. */
  readonly sql: string;
}

const asked = (days: number) =>
  `jsonb_build_object('params', jsonb_build_object('days', ${days}), 'today', (now() at time zone 'UTC')::date, 'person', $1::text)`;

/** Over the relations that the API reads. */
export const QUERIES: readonly DocumentedQuery[] = [
  { name: "dashboard", atMostMs: 10, sql: "select * from analytics.user_learning_metrics where user_id = $1" },
  {
    name: "activity of 90 days",
    atMostMs: 50,
    sql: `select * from freshet.reading_study_activity(${asked(90)}) order by stat_date`,
  },
  {
    name: "sessions of 30 days",
    atMostMs: 50,
    sql: `select * from freshet.reading_study_sessions(${
      asked(30)
    }) order by started_at desc, session_id desc limit 50`,
  },
  {
    name: "mastery of topics",
    atMostMs: 100,
    sql: "select * from analytics.named_topic_mastery where user_id = $1 order by mastery_score, topic_id limit 50",
  },
  {
    name: "knowledge gaps",
    atMostMs: 50,
    sql: `select * from analytics.named_knowledge_gaps where user_id = $1
      order by priority_score desc, topic_id limit 10`,
  },
  {
    name: "a topic's last 3 days",
    atMostMs: 50,
    sql: `select * from analytics.topic_daily_stats where user_id = $1 and topic_id = $2
      order by stat_date desc limit 3`,
  },
  {
    name: "a question's last 3 answers",
    atMostMs: 20,
    sql: `select * from analytics.question_history where user_id = $1 and question_id = $3
      order by attempted_at desc, event_id desc limit 3`,
  },
  {
    name: "first-attempt accuracy by topic",
    atMostMs: 100,
    sql: "select * from analytics.first_attempt_accuracy where user_id = $1 order by topic_name, topic_id limit 50",
  },
  {
    name: "progress in materials",
    atMostMs: 50,
    sql: `select * from analytics.material_progress where user_id = $1
      order by last_at desc, material_id desc limit 50`,
  },
];

/** What a read is compared with: one row by its primary key. */
export const LOOKUP = "select * from public.topics where id = $2";
