import { z } from "zod";

/** What an event did to its issue. */
export interface Seen {
  readonly is_new: boolean;
  readonly is_regression: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** When the events of the issue came, this one included. */
  readonly seen_at: readonly number[];
}

/** An issue alert rule that the stand-in can apply to events. */
export interface AlertRule {
  readonly name: string;
  /** Minutes between two performances for one issue. */
  readonly frequency: number;
  matches(seen: Seen, now: number): boolean;
}

const INTERVALS = { "1m": 1, "5m": 5, "15m": 15, "1h": 60, "1d": 1_440, "1w": 10_080, "30d": 43_200 } as const;

const condition = z.discriminatedUnion("id", [
  z.strictObject({ id: z.literal("sentry.rules.conditions.first_seen_event.FirstSeenEventCondition") }),
  z.strictObject({ id: z.literal("sentry.rules.conditions.regression_event.RegressionEventCondition") }),
  z.strictObject({
    id: z.literal("sentry.rules.conditions.event_frequency.EventFrequencyCondition"),
    value: z.int().nonnegative(),
    interval: z.enum(Object.keys(INTERVALS) as (keyof typeof INTERVALS)[]),
  }),
]);

const filter = z.strictObject({
  id: z.literal("sentry.rules.filters.tagged_event.TaggedEventFilter"),
  key: z.string().min(1),
  match: z.enum(["eq", "ne"]),
  value: z.string(),
});

const fallthroughType = z.enum(["ActiveMembers", "AllMembers", "NoOne"]);
const id = z.literal("sentry.mail.actions.NotifyEmailAction");
const action = z.discriminatedUnion("targetType", [
  z.strictObject({ id, targetType: z.literal("IssueOwners"), fallthroughType }),
  z.strictObject({ id, targetType: z.enum(["Team", "Member"]), fallthroughType, targetIdentifier: z.int() }),
]);

/**
 * The body of `POST /api/0/projects/{organization}/{project}/rules/` as Sentry documents it, with those conditions, filters
 * and actions that the stand-in knows. A rule without a condition is refused, as the product's own form does since 2024.
 */
export const ruleSchema = z.strictObject({
  name: z.string().min(1).max(256),
  frequency: z.int().min(5).max(43_200),
  actionMatch: z.enum(["all", "any", "none"]),
  conditions: z.array(condition).min(1),
  filterMatch: z.enum(["all", "any", "none"]).optional(),
  filters: z.array(filter).optional(),
  actions: z.array(action).min(1),
}).refine((rule) => rule.filters === undefined || rule.filterMatch !== undefined, {
  error: "filterMatch is required where there are filters",
});

/** @throws z.ZodError for a rule that Sentry's documentation does not allow */
export function readAlertRule(body: unknown): AlertRule {
  const { name, frequency, actionMatch, conditions, filterMatch = "all", filters = [] } = ruleSchema.parse(body);
  return {
    name,
    frequency,
    matches: (seen, now) =>
      agree(actionMatch, conditions.map((one) => holds(one, seen, now))) &&
      agree(filterMatch, filters.map((one) => (seen.tags[one.key] === one.value) === (one.match === "eq"))),
  };
}

function holds(one: z.output<typeof condition>, seen: Seen, now: number): boolean {
  switch (one.id) {
    case "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition":
      return seen.is_new;
    case "sentry.rules.conditions.regression_event.RegressionEventCondition":
      return seen.is_regression;
    case "sentry.rules.conditions.event_frequency.EventFrequencyCondition": {
      const since = now - INTERVALS[one.interval] * 60_000;
      return seen.seen_at.filter((at) => at >= since).length > one.value;
    }
  }
}

function agree(how: "all" | "any" | "none", facts: readonly boolean[]): boolean {
  if (how === "any") return facts.length === 0 || facts.includes(true);
  return how === "all" ? !facts.includes(false) : !facts.includes(true);
}
