/** A property: text without blanks, of at most 100 characters. Larger text, names and addresses are rejected. */
export type PropertyValue = string | number | boolean | null;

/** What every event may say. The tracker adds the event's id, its time and its session. */
export interface EventContext {
  /** The application's own id of the session, at most 200 characters; the tracker's session when left out. */
  readonly session_id?: string | undefined;
  readonly topic_id?: string | undefined;
  readonly question_id?: string | undefined;
  readonly material_id?: string | undefined;
  /** At most 20 keys, 2 KB. Nothing that identifies a person. */
  readonly properties?: Readonly<Record<string, PropertyValue | readonly PropertyValue[]>> | undefined;
}

/** An answer to a question. Whether it is correct is decided by the database. */
export interface QuestionAttempt extends EventContext {
  readonly event_type: "question_attempt";
  readonly question_id: string;
  readonly topic_id: string;
  /** Null for a question that was left open. At most 200 bytes, as `correct_answer`. */
  readonly selected_answer: string | null;
  readonly correct_answer: string;
  /** Left out where it was not measured; more than a day is no measurement. */
  readonly time_to_answer_seconds?: number | undefined;
  readonly is_hint_used?: boolean | undefined;
}

/** How far a material was read. */
export interface MaterialProgress extends EventContext {
  readonly event_type: "material_progress";
  readonly material_id: string;
  /** The share that was read so far, 0 to 1. */
  readonly progress_rate: number;
  /** Time spent since the report before. */
  readonly reading_seconds?: number | undefined;
}

export interface SessionStart extends EventContext {
  readonly event_type: "session_start";
  /** What the browser says when left out, or "web". */
  readonly device_type?: "desktop" | "mobile" | "tablet" | "bot" | "other" | "web" | undefined;
}

export interface QuestionView extends EventContext {
  readonly event_type: "question_view" | "hint_view" | "explanation_view";
  readonly question_id: string;
}

export interface MaterialView extends EventContext {
  readonly event_type: "material_open" | "material_complete";
  readonly material_id: string;
}

export interface TopicView extends EventContext {
  readonly event_type: "topic_view";
  readonly topic_id: string;
}

export interface SessionMoment extends EventContext {
  readonly event_type: "session_end" | "review_start" | "review_complete";
}

/** What can be tracked: a closed list of types, each with what it has to say. */
export type TrackedEvent =
  | QuestionAttempt
  | MaterialProgress
  | SessionStart
  | QuestionView
  | MaterialView
  | TopicView
  | SessionMoment;

/** An event as it is queued and sent. */
export type QueuedEvent = TrackedEvent & {
  readonly event_id: string;
  readonly session_id: string;
  /** When `track()` was called, by the device's clock: an ISO timestamp with Z. */
  readonly created_at: string;
};
