import { z } from "zod";

const person = z.object({
  user_id: z.string(),
  name: z.string().nullable(),
  /** On the scenario's scale, rounded to three decimals. */
  avg_score: z.number(),
  scored_count: z.number().int(),
  rank: z.number().int(),
  /** How many people have exactly this average, the person included. */
  tied_count: z.number().int(),
});

export type Person = z.output<typeof person>;

/** Figures of a manager's people in one week: what freshet.digest_figures() makes. */
export const figures = z.object({
  org_name: z.string(),
  people_count: z.number().int(),
  active_count: z.number().int(),
  attempts_count: z.number().int(),
  scored_count: z.number().int(),
  avg_score: z.number().nullable(),
  /** Against the week before; null where either week has no score. */
  avg_score_change: z.number().nullable(),
  assignments_count: z.number().int(),
  completed_count: z.number().int(),
  /** 0 to 1; null without assignments. */
  completion_rate: z.number().nullable(),
  overdue_count: z.number().int(),
  best: z.array(person),
  lowest: z.array(person),
});

export type Figures = z.output<typeof figures>;

/** A row of analytics.claim_digests(). The figures are checked for each mail, so that one odd row stops no batch. */
export const delivery = z.object({
  delivery_id: z.number().int(),
  /** Monday of the reported week, as yyyy-mm-dd. */
  week_on: z.iso.date(),
  email: z.string(),
  unsubscribe_token: z.uuid(),
  figures: z.unknown(),
  /** Set where the batch may have been sent before: the three texts are then sent as they are. */
  frozen_at: z.string().nullable(),
  subject: z.string().nullable(),
  html: z.string().nullable(),
  plain_text: z.string().nullable(),
});

export type Delivery = z.output<typeof delivery>;

/** The parts of a mail that are frozen. */
export interface Mail {
  readonly subject: string;
  readonly html: string;
  readonly plain_text: string;
}
