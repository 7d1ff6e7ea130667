/** What can happen in a call, as fact_kpi_events names it. */
export const EVENT_TYPES = [
  "filler_word",
  "interruption",
  "question_asked",
  "objection_raised",
  "keyword_mentioned",
  "long_pause",
] as const;
