/**
 * What the nightly batch has to leave behind, written again from the documents in plain loops over the whole log. It
 * shares nothing with the database but the mastery of topics, which has a model of its own.
 */

export interface LoggedEvent {
  readonly user: string;
  readonly session: string;
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of an answer. */
  readonly topic: string | null;
  readonly is_correct: boolean;
  readonly seconds: number | null;
}

export interface Curriculum {
  readonly weights: ReadonlyMap<string, number>;
  /** Pairs of a topic and its prerequisite. */
  readonly prerequisites: readonly (readonly [string, string])[];
}

/** Rows as texts, with a figure that is missing as null; keyed by what identifies them. */
export type Figures = ReadonlyMap<string, readonly (number | string | null)[]>;

const DAY = 86_400_000;

export function dayOf(at: number): number {
  return Math.floor(at / DAY);
}

function textOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

interface DayFigures {
  events: number;
  sessions: number;
  milliseconds: number;
  attempted: number;
  correct: number;
  opened: number;
  readonly times: number[];
  readonly topics: Set<string>;
}

/** The figures of each user's days, today's included, by user and day. */
function daysOf(log: readonly LoggedEvent[]): Map<string, Map<number, DayFigures>> {
  const users = new Map<string, Map<number, DayFigures>>();
  const at = (user: string, day: number): DayFigures => {
    const days = users.get(user) ?? new Map<number, DayFigures>();
    users.set(user, days);
    const found = days.get(day) ??
      { events: 0, sessions: 0, milliseconds: 0, attempted: 0, correct: 0, opened: 0, times: [], topics: new Set() };
    days.set(day, found);
    return found;
  };
  const sessions = new Map<string, LoggedEvent[]>();
  for (const event of log) {
    const day = at(event.user, dayOf(event.at));
    day.events += 1;
    if (event.type === "material_open") day.opened += 1;
    if (event.topic !== null) {
      day.attempted += 1;
      day.correct += Number(event.is_correct);
      day.topics.add(event.topic);
      if (event.seconds !== null) day.times.push(event.seconds);
    }
    const key = `${event.user} ${event.session}`;
    sessions.set(key, [...(sessions.get(key) ?? []), event]);
  }
  for (const events of sessions.values()) {
    const moments = events.map((event) => event.at);
    const day = at(events[0]?.user ?? "", dayOf(Math.min(...moments)));
    day.sessions += 1;
    day.milliseconds += Math.max(...moments) - Math.min(...moments);
  }
  return users;
}

/** To a thousandth, as the tables have times. */
function averageTime(values: readonly number[]): number | null {
  const exact = average(values);
  return exact === null ? null : Math.round(exact * 1000) / 1000;
}

function average(values: readonly number[]): number | null {
  return share(values.reduce((sum, value) => sum + value, 0), values.length);
}

/** analytics.daily_user_stats after the batch that closes a day, given as a number of days since 1970. */
export function dailyFigures(log: readonly LoggedEvent[], closed: number): Figures {
  const rows = new Map<string, (number | string | null)[]>();
  for (const [user, days] of daysOf(log)) {
    for (const [day, of] of days) {
      if (day > closed) continue;
      rows.set(`${user} ${textOf(day)}`, [
        ...[of.events, of.sessions, Math.round(of.milliseconds / 1000), of.attempted, of.correct],
        ...[share(of.correct, of.attempted), averageTime(of.times), of.opened, of.topics.size],
      ]);
    }
  }
  return rows;
}

/** analytics.topic_daily_stats. */
export function topicFigures(log: readonly LoggedEvent[], closed: number): Figures {
  const groups = new Map<string, LoggedEvent[]>();
  for (const event of log) {
    if (event.topic === null || dayOf(event.at) > closed) continue;
    const key = `${event.user} ${event.topic} ${textOf(dayOf(event.at))}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return new Map([...groups].map(([key, answers]) => {
    const correct = answers.filter((answer) => answer.is_correct).length;
    const times = answers.flatMap(({ seconds }) => seconds === null ? [] : [seconds]);
    return [key, [answers.length, correct, share(correct, answers.length), averageTime(times)]];
  }));
}

/** analytics.user_learning_metrics, with the mastery of topics by user and topic. */
export function rollingFigures(
  log: readonly LoggedEvent[],
  mastery: ReadonlyMap<string, ReadonlyMap<string, number>>,
  closed: number,
): Figures {
  const users = daysOf(log);
  const rows = new Map<string, (number | string | null)[]>();
  for (const user of new Set([...users.keys(), ...mastery.keys()])) {
    const days = [...(users.get(user) ?? [])].filter(([day]) => day <= closed);
    const scores = [...(mastery.get(user)?.values() ?? [])];
    if (days.length === 0 && scores.length === 0) continue;
    const last = (count: number) => days.filter(([day]) => day > closed - count).map(([, of]) => of);
    const sum = (of: DayFigures[], figure: (one: DayFigures) => number) =>
      of.reduce((total, one) => total + figure(one), 0);
    const rate = (of: DayFigures[]) => share(sum(of, (one) => one.correct), sum(of, (one) => one.attempted));
    const seconds = (of: DayFigures[]) => sum(of, (one) => Math.round(one.milliseconds / 1000));
    const active = new Set(days.map(([day]) => day));
    let streak = 0;
    while (active.has(closed - streak)) streak += 1;
    rows.set(user, [
      textOf(closed),
      ...[sum(last(7), (one) => one.attempted), sum(last(30), (one) => one.attempted), rate(last(7)), rate(last(30))],
      ...[seconds(last(7)), seconds(last(30)), sum(last(30), (one) => one.sessions), last(30).length, streak],
      ...[average(scores), scores.length, scores.filter((score) => score >= 0.8).length],
      active.size === 0 ? null : textOf(Math.max(...active)),
    ]);
  }
  return rows;
}

/** How many other topics cannot be learnt before this one, by walking from it as far as it goes. */
export function impactOf(topic: string, prerequisites: Curriculum["prerequisites"]): number {
  const seen = new Set<string>();
  const next = [topic];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    for (const [later, earlier] of prerequisites) {
      if (earlier !== at || seen.has(later)) continue;
      seen.add(later);
      next.push(later);
    }
  }
  seen.delete(topic);
  return seen.size;
}

/** analytics.knowledge_gaps, for a curriculum of at most 50 topics. */
export function gapFigures(
  log: readonly LoggedEvent[],
  mastery: ReadonlyMap<string, ReadonlyMap<string, number>>,
  curriculum: Curriculum,
  closed: number,
): Figures {
  const rows = new Map<string, (number | string | null)[]>();
  for (const user of rollingFigures(log, mastery, closed).keys()) {
    for (const [topic, weight] of curriculum.weights) {
      const recent = log.filter((event) =>
        event.user === user && event.topic === topic && dayOf(event.at) <= closed && dayOf(event.at) > closed - 14
      );
      const gap = 1 - (mastery.get(user)?.get(topic) ?? 0);
      const impact = impactOf(topic, curriculum.prerequisites);
      const failures = share(recent.filter((event) => !event.is_correct).length, recent.length) ?? 0;
      rows.set(`${user} ${topic}`, [gap * 3 + weight * 2 + impact + failures * 1.5, gap, weight, impact, failures]);
    }
  }
  return rows;
}
