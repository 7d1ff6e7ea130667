import { z } from "zod";
import { type Limited, RATE_LIMITS, type RateLimits } from "../../limits/rate_limits.ts";

const FAULT = "must be none, or changes to the defaults like user=600/60,service=none: requests and seconds for " +
  Object.keys(RATE_LIMITS).join(", ");

const CHANGE = /^(\w+)=(?:none|([1-9]\d{0,6})\/([1-9]\d{0,4}))$/;

/** `user=600/60,service=none`: requests and seconds for the kinds that it names, the defaults for the others. */
export const rateLimits = z.string().transform((text, context): RateLimits => {
  const limits: Record<Limited, RateLimits[Limited]> = { ...RATE_LIMITS };
  if (text === "none") return { user: null, key: null, service: null, unverified: null };
  for (const part of text.split(",")) {
    const [whole, kind = "", requests, seconds] = CHANGE.exec(part.trim()) ?? [];
    if (whole === undefined || !isLimited(kind)) {
      context.addIssue({ code: "custom", message: FAULT });
      return z.NEVER;
    }
    limits[kind] = requests === undefined ? null : { requests: Number(requests), seconds: Number(seconds) };
  }
  return limits;
});

function isLimited(kind: string): kind is Limited {
  return Object.hasOwn(RATE_LIMITS, kind);
}
