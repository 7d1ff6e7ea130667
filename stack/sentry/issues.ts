import type { AlertRule, Seen } from "./alert_rules.ts";

/** An event as Sentry takes it, as far as grouping and alert rules look at it. */
export interface CapturedEvent {
  readonly event_id: string;
  readonly fingerprint: readonly string[];
  readonly title: string;
  readonly tags: Readonly<Record<string, string>>;
}

export type IssueStatus = "unresolved" | "resolved" | "ignored";

/** What happened to an issue, in order. */
export type Activity =
  | "first_seen"
  | "seen"
  | "set_resolved"
  | "set_unresolved"
  | "set_ignored"
  | "set_regression"
  | "note";

export interface Issue {
  readonly id: string;
  readonly title: string;
  readonly fingerprint: string;
  readonly status: IssueStatus;
  readonly event_ids: readonly string[];
  readonly comments: readonly string[];
  readonly activity: readonly Activity[];
}

/** A rule that performed its actions, which notify people. */
export interface Wake {
  readonly rule: string;
  readonly issue_id: string;
  readonly event_id: string;
}

interface Row {
  id: string;
  title: string;
  fingerprint: string;
  status: IssueStatus;
  event_ids: string[];
  comments: string[];
  activity: Activity[];
  seen_at: number[];
}

/**
 * Stand-in for Sentry's issues, by its documentation: events of one fingerprint are one issue; no event resolves an issue;
 * an event on a resolved one reopens it as a regression, however old the event is (sentry#70498). It knows nothing of
 * releases, merging, escalation, environments or quotas.
 */
export class Issues {
  readonly #rows: Row[] = [];
  readonly #rules: AlertRule[] = [];
  readonly #performed = new Map<string, number>();
  readonly wakes: Wake[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  get all(): readonly Issue[] {
    return this.#rows;
  }

  add(rule: AlertRule): void {
    this.#rules.push(rule);
  }

  /** The same event id again changes nothing. */
  capture(event: CapturedEvent): void {
    const fingerprint = event.fingerprint.join("|");
    const known = this.#rows.find((one) => one.fingerprint === fingerprint);
    if (known?.event_ids.includes(event.event_id) === true) return;
    const row = known ?? this.#begin(fingerprint, event.title);
    const is_regression = row.status === "resolved";
    if (is_regression) row.status = "unresolved";
    row.activity.push(known === undefined ? "first_seen" : is_regression ? "set_regression" : "seen");
    row.event_ids.push(event.event_id);
    row.seen_at.push(this.now());
    this.#tell(
      row,
      { is_new: known === undefined, is_regression, tags: event.tags, seen_at: row.seen_at },
      event.event_id,
    );
  }

  find(id: string): Issue | undefined {
    return this.#rows.find((one) => one.id === id);
  }

  ofEvent(event_id: string): Issue | undefined {
    return this.#rows.find((one) => one.event_ids.includes(event_id));
  }

  /** Setting the status that it has is no activity. */
  setStatus(id: string, status: IssueStatus): void {
    const row = this.#row(id);
    if (row.status === status) return;
    row.status = status;
    row.activity.push(`set_${status}`);
  }

  /** @returns false when the issue has the same comment, as Sentry refuses it within an hour. */
  comment(id: string, text: string): boolean {
    const row = this.#row(id);
    if (row.comments.includes(text)) return false;
    row.comments.push(text);
    row.activity.push("note");
    return true;
  }

  #begin(fingerprint: string, title: string): Row {
    const row: Row = {
      ...{ id: String(this.#rows.length + 1), title, fingerprint, status: "unresolved" },
      ...{ event_ids: [], comments: [], activity: [], seen_at: [] },
    };
    this.#rows.push(row);
    return row;
  }

  #row(id: string): Row {
    const row = this.#rows.find((one) => one.id === id);
    if (row === undefined) throw new Error(`there is no issue ${id}`);
    return row;
  }

  #tell(row: Row, seen: Seen, event_id: string): void {
    for (const rule of this.#rules) {
      const key = `${rule.name}|${row.id}`;
      const due_at = (this.#performed.get(key) ?? -Infinity) + rule.frequency * 60_000;
      if (this.now() < due_at || !rule.matches(seen, this.now())) continue;
      this.#performed.set(key, this.now());
      this.wakes.push({ rule: rule.name, issue_id: row.id, event_id });
    }
  }
}
