import { type Answer, refusal } from "./idempotency.ts";

/** What the mailbox does to requests when told so, each as Resend answers it. */
export const FAULTS = [
  "rate_limit",
  "daily_quota",
  "monthly_quota",
  "server_error",
  "wrong_key",
  "lost_answer",
] as const;
export type Fault = typeof FAULTS[number];

export function isFault(text: unknown): text is Fault {
  return FAULTS.some((fault) => fault === text);
}

/** Null for a lost answer: the mails are taken, and the connection breaks. */
export function answerOf(fault: Fault): Answer | null {
  switch (fault) {
    case "rate_limit":
      return refusal(429, "rate_limit_exceeded", "Too many requests.");
    case "daily_quota":
      return refusal(429, "daily_quota_exceeded", "You have reached your daily email sending quota.");
    case "monthly_quota":
      return refusal(429, "monthly_quota_exceeded", "You have reached your monthly email sending quota.");
    case "server_error":
      return refusal(500, "application_error", "Something went wrong.");
    case "wrong_key":
      return refusal(401, "validation_error", "API key is invalid");
    case "lost_answer":
      return null;
  }
}
