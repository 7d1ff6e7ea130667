import type { FakeRow } from "./fake_source.ts";

/** A readable UUID: id(3) ends in 3. */
export function id(number: number): string {
  return `00000000-0000-0000-0000-${String(number).padStart(12, "0")}`;
}

export function laneRow(over: FakeRow = {}): FakeRow {
  return {
    challenge_id: id(1),
    challenge_title: "Essay",
    lane_key: "accuracy",
    sample_count: 12,
    mean_score: 70.5,
    stddev_score: 8.123,
    min_score: 40,
    max_score: 99,
    p10: 50,
    p25: 61.25,
    p50: 71,
    p75: 80,
    p90: 92,
    last_submission_at: "2026-11-20T09:59:00.123456+00:00",
    ...over,
  };
}

export function weaknessRow(over: FakeRow = {}): FakeRow {
  return {
    agent_id: id(11),
    agent_name: "canary",
    challenge_id: id(1),
    challenge_title: "Essay",
    lane_key: "accuracy",
    attempt_count: 3,
    avg_score: 51.5,
    min_score: 40,
    max_score: 60,
    score_trend_slope: -0.0000012,
    score_trend_per_day: -0.10368,
    performance_category: "persistent_weakness",
    challenge_p25: 61.25,
    challenge_p50: 71,
    challenge_p75: 80,
    challenge_sample_count: 12,
    ...over,
  };
}

export function progressRow(over: FakeRow = {}): FakeRow {
  return {
    agent_id: id(11),
    agent_name: "canary",
    challenge_id: id(1),
    challenge_title: "Essay",
    week: "2026-11-16",
    submission_count: 2,
    avg_composite_score: 61.5,
    best_composite_score: 70,
    worst_composite_score: 53,
    wow_composite_delta: null,
    ...over,
  };
}

export function winRow(over: FakeRow = {}): FakeRow {
  return { challenge_id: id(1), challenge_title: "Essay", agents_with_win: 7, avg_days_to_first_win: 12.4, ...over };
}
