/**
 * The documented rules of spaced repetition and mastery, written again from the documents in plain arithmetic and from
 * the whole log. What the database computes piece by piece is compared with it.
 */

export interface Answer {
  readonly event_id: string;
  readonly user_id: string;
  readonly question_id: string;
  readonly topic_id: string;
  readonly is_correct: boolean;
  readonly is_hint_used: boolean;
  readonly time_to_answer_seconds: number | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The greatest progress of a user in a material. */
export interface Reading {
  readonly user_id: string;
  readonly material_id: string;
  readonly progress_rate: number;
}

export interface Material {
  readonly material_id: string;
  readonly topic_id: string;
}

export interface Review {
  readonly user_id: string;
  readonly question_id: string;
  readonly topic_id: string;
  readonly attempts_count: number;
  readonly correct_count: number;
  readonly is_first_correct: boolean;
  readonly easiness_factor: number;
  readonly repetition: number;
  readonly interval_days: number;
  readonly reviewed_at: number;
  readonly last_answered_at: number;
  /** YYYY-MM-DD */
  readonly due_on: string;
}

export interface Mastery {
  readonly user_id: string;
  readonly topic_id: string;
  readonly mastery_score: number;
  readonly first_attempt_accuracy: number;
  readonly overall_accuracy: number;
  readonly retrieval_strength: number;
  readonly material_completion: number;
}

const DAY = 86_400_000;

/** SM-2 with factors in hundredths, so that every step is a step of integers. */
export function sm2(qualities: readonly number[]): { hundredths: number; repetition: number; interval: number } {
  let [hundredths, repetition, interval] = [250, 0, 0];
  for (const quality of qualities) {
    if (quality < 3) [repetition, interval] = [1, 1];
    else {
      repetition += 1;
      const grown = repetition === 1 ? 1 : repetition === 2 ? 6 : Math.floor((interval * hundredths + 99) / 100);
      interval = Math.min(grown, 36_500);
      const change = { 3: -14, 4: 0, 5: 10 }[quality] ?? NaN;
      hundredths = Math.max(130, hundredths + change);
    }
  }
  return { hundredths, repetition, interval };
}

function qualityOf({ is_correct, is_hint_used, time_to_answer_seconds: seconds }: Answer): number {
  if (!is_correct) return 1;
  if (is_hint_used || (seconds !== null && seconds > 60)) return 3;
  return seconds !== null && seconds <= 10 ? 5 : 4;
}

function inOrder(left: Answer, right: Answer): number {
  return left.at - right.at || (left.event_id < right.event_id ? -1 : 1);
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** The state of spaced repetition after the whole log, in the order of user and question. */
export function reviewsOf(answers: readonly Answer[]): Review[] {
  const groups = grouped(answers, (answer) => `${answer.user_id} ${answer.question_id}`);
  return [...groups.keys()].sort().map((key) => {
    const history = (groups.get(key) ?? []).sort(inOrder);
    const counted = history.filter((answer, n) => {
      const before = history[n - 1];
      return before === undefined || Math.floor(before.at / DAY) !== Math.floor(answer.at / DAY);
    });
    const [first, last, reviewed] = [history[0], history.at(-1), counted.at(-1)];
    if (first === undefined || last === undefined || reviewed === undefined) throw new Error("a group without answers");
    const { hundredths, repetition, interval } = sm2(counted.map(qualityOf));
    return {
      user_id: first.user_id,
      question_id: first.question_id,
      topic_id: last.topic_id,
      attempts_count: history.length,
      correct_count: history.filter((answer) => answer.is_correct).length,
      is_first_correct: first.is_correct,
      easiness_factor: hundredths / 100,
      repetition,
      interval_days: interval,
      reviewed_at: reviewed.at,
      last_answered_at: last.at,
      due_on: new Date((Math.floor(reviewed.at / DAY) + interval) * DAY).toISOString().slice(0, 10),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mastery of every topic at a moment, in the order of user and topic. */
export function masteryOf(
  answers: readonly Answer[],
  readings: readonly Reading[],
  materials: readonly Material[],
  now: number,
): Mastery[] {
  const topicOf = new Map(materials.map(({ material_id, topic_id }) => [material_id, topic_id]));
  const reviews = grouped(reviewsOf(answers), (review) => `${review.user_id} ${review.topic_id}`);
  const read = grouped(readings, (reading) => `${reading.user_id} ${topicOf.get(reading.material_id)}`);
  return [...new Set([...reviews.keys(), ...read.keys()])].sort().map((key) => {
    const [user_id = "", topic_id = ""] = key.split(" ");
    const questions = reviews.get(key) ?? [];
    const attempts = questions.reduce((sum, question) => sum + question.attempts_count, 0);
    const correct = questions.reduce((sum, question) => sum + question.correct_count, 0);
    const elapsed = Math.max(0, (now - Math.max(...questions.map((question) => question.last_answered_at))) / DAY);
    const stability = mean(questions.map((question) => question.interval_days));
    const first = mean(questions.map((question) => Number(question.is_first_correct)));
    const overall = attempts === 0 ? 0 : correct / attempts;
    const retrieval = questions.length === 0 ? 0 : (1 + 19 / 81 * elapsed / stability) ** -0.5;
    const progress = (read.get(key) ?? []).reduce((sum, reading) => sum + reading.progress_rate, 0);
    const topicMaterials = materials.filter((material) => material.topic_id === topic_id).length;
    const completion = topicMaterials === 0 ? 0 : progress / topicMaterials;
    return {
      user_id,
      topic_id,
      mastery_score: 0.3 * first + 0.2 * overall + 0.3 * retrieval + 0.2 * completion,
      first_attempt_accuracy: first,
      overall_accuracy: overall,
      retrieval_strength: retrieval,
      material_completion: completion,
    };
  });
}
