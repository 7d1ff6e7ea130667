import { z } from "zod";
import type { Issues } from "./issues.ts";
import type { Monitors } from "./monitors.ts";
import type { ParsedEnvelope } from "./parse_envelope.ts";

const event = z.looseObject({
  event_id: z.string(),
  fingerprint: z.array(z.string()),
  message: z.string(),
  tags: z.record(z.string(), z.string()),
});

const checkIn = z.looseObject({
  monitor_slug: z.string(),
  status: z.string(),
  monitor_config: z.looseObject({
    failure_issue_threshold: z.int().optional(),
    recovery_threshold: z.int().optional(),
  }).optional(),
});

/** Processes an accepted envelope. Items of other kinds, and events without a fingerprint, are ignored. */
export function keepEnvelope(
  { items }: ParsedEnvelope,
  { issues, monitors }: { readonly issues: Issues; readonly monitors: Monitors },
): void {
  for (const { type, payload } of items) {
    if (type === "check_in") monitors.take(checkIn.parse(payload));
    if (type === "event" && "fingerprint" in payload) {
      const { message: title, ...captured } = event.parse(payload);
      issues.capture({ ...captured, title });
    }
  }
}
