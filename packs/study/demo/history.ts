import { DEMO_TOPICS, demoId, type DemoTopic } from "./curriculum.ts";

const DAY_MS = 86_400_000;
/** The first day of the history, counted back from today. */
const DAYS = 330;
/** The days in a row up to yesterday. */
const STREAK = 6;
/** Of the topics, those that the learner has met. */
const MET = DEMO_TOPICS.length - 1;

/** An event as a client reports it to `track_batch`. */
export type DemoEvent = Readonly<Record<string, unknown>>;

interface Review {
  readonly repetition: number;
  /** Days. */
  readonly interval: number;
  /** Days before today. */
  readonly due: number;
}

/**
 * What a made-up learner did in the 330 days before today: the same history at each call, shifted to end yesterday. The
 * learner gets better with each answer to a question, comes back to those that are due, and meets topic after topic.
 */
export function demoHistory(today: Date): DemoEvent[] {
  const random = numbers(20_261_130);
  const reviews = new Map<string, Review>();
  const read = new Map<string, number>();
  const events: DemoEvent[] = [];

  /** A question of the topic that is due, or else a new one, or else the one that is due next. */
  function nextQuestion({ questions }: DemoTopic, day: number): string {
    const isNew = (question: string) => !reviews.has(question);
    const [first = ""] = questions.filter((question) => !isNew(question)).sort((left, right) =>
      (reviews.get(right)?.due ?? 0) - (reviews.get(left)?.due ?? 0)
    );
    if ((reviews.get(first)?.due ?? -1) >= day) return first;
    return questions.find(isNew) ?? first;
  }

  function session(day: number, place: number): void {
    const name = `${day}:${place}`;
    const hour = place === 0 ? 7 + Math.floor(random() * 4) : 17 + Math.floor(random() * 4);
    let at = Math.floor(today.getTime() / DAY_MS) * DAY_MS - day * DAY_MS + (hour * 60 + random() * 50) * 60_000;
    function tell(event_type: string, details: DemoEvent = {}): void {
      const event_id = demoId(`event:${name}:${events.length}`);
      events.push({ event_id, event_type, session_id: name, created_at: new Date(at).toISOString(), ...details });
    }

    const topic = topicOf(day, random());
    tell("session_start", { device_type: random() < 0.6 ? "desktop" : random() < 0.7 ? "mobile" : "tablet" });
    at += 20_000;
    const material = random() < 0.45 ? topic.materials[Math.floor(random() ** 2 * topic.materials.length)] : undefined;
    if (material !== undefined) {
      const minutes = 3 + Math.floor(random() * 9);
      const progress_rate = Math.min(1, Math.round(((read.get(material.id) ?? 0) + 0.1 + random() * 0.3) * 100) / 100);
      read.set(material.id, progress_rate);
      tell("material_open", { material_id: material.id, topic_id: topic.id });
      at += minutes * 60_000;
      tell("material_progress", { material_id: material.id, progress_rate, reading_seconds: minutes * 60 });
    }
    const count = 3 + Math.floor(random() * 6);
    for (let asked = 0; asked < count; asked++) {
      const question_id = nextQuestion(topic, day);
      const { repetition, interval } = reviews.get(question_id) ?? { repetition: 0, interval: 1 };
      const is_correct = random() < Math.min(0.92, 0.62 + 0.09 * repetition);
      // About as SM-2 has it. Days are counted back from today: a review is due on a lesser one.
      const next = is_correct ? [1, 6][repetition] ?? Math.ceil(interval * 2.5) : 1;
      reviews.set(question_id, { repetition: is_correct ? repetition + 1 : 0, interval: next, due: day - next });
      const seconds = Math.round((6 + random() ** 2 * 70) * 10) / 10;
      at += seconds * 1_000;
      tell("question_attempt", {
        question_id,
        topic_id: topic.id,
        correct_answer: "B",
        selected_answer: is_correct ? "B" : "D",
        time_to_answer_seconds: seconds,
        is_hint_used: random() < 0.1,
      });
      at += 15_000;
    }
    tell("session_end");
  }

  for (let day = DAYS; day >= 1; day--) {
    const is_studied = random() < 0.55;
    const has_second = random() < 0.3;
    // A pause before the streak, and one in the middle, as people have them.
    const is_pause = day === STREAK + 1 || (day > 120 && day < 134);
    if (day > STREAK && (is_pause || !is_studied)) continue;
    session(day, 0);
    if (has_second) session(day, 1);
  }
  return events;
}

/** One of those that the learner has come to by that day, the latest ones more often. */
function topicOf(day: number, random: number): DemoTopic {
  const known = Math.max(1, Math.ceil(MET * Math.min(1, (DAYS - day + 10) / (DAYS * 0.7))));
  const [first] = DEMO_TOPICS;
  const found = DEMO_TOPICS[Math.floor(Math.sqrt(random) * known)] ?? first;
  if (found === undefined) throw new Error("the made-up course has no topic");
  return found;
}

/** From 0 to below 1, the same at each call: Park and Miller's generator. */
function numbers(seed: number): () => number {
  let state = seed % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}
