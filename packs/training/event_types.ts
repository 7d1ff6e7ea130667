/** The types of event in a call, as in fact_kpi_events. */
export const EVENT_TYPES = [
  "filler_word",
  "interruption",
  "question_asked",
  "objection_raised",
  "keyword_mentioned",
  "long_pause",
] as const;
