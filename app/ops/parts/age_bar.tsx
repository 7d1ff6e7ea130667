import { roughly } from "../../words/moments.ts";
import { duration } from "../../words/numbers.ts";

interface Props {
  /** Seconds since the rows were last known to be true; null if that was never. */
  readonly age: number | null;
  /** Seconds at which they count as stale. */
  readonly objective: number;
}

/** An age against its objective: in words, and as a bar whose mark is the objective. */
export function AgeBar({ age, objective }: Props) {
  // The mark is at two thirds, so that an age beyond it still has a length.
  const share = age === null ? 1 : Math.min(1, (age / Math.max(1, objective)) * (2 / 3));
  const standing = ageStanding(age, objective);
  return (
    <div className={`age ${standing}`}>
      <span>
        {age === null ? "never" : roughly(age)} <span className="quiet">of {duration(objective)}</span>
      </span>
      <svg width="100%" height="8" aria-hidden="true" focusable="false">
        <rect className="age-track" width="100%" height="4" y="2" rx="2" />
        <rect className="age-fill" width={`${Math.max(2, share * 100)}%`} height="4" y="2" rx="2" />
        <rect className="age-mark" x="66.7%" width="2" height="8" />
      </svg>
    </div>
  );
}

export function ageStanding(age: number | null, objective: number): "fresh" | "due" | "stale" {
  if (age === null || age > objective) return "stale";
  return age > objective * 0.8 ? "due" : "fresh";
}
