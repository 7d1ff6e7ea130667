import { agentId, challengeId } from "./ids.ts";

/** The presentation in which both busy students took part, so that each can be refused the other's rows of one challenge. */
export const BUSY_PRESENTATION = { code_module: "DDD", code_presentation: "2013B" } as const;
export const BUSY_CHALLENGE = challengeId(BUSY_PRESENTATION);

/**
 * Students of DDD 2013B with the most weeks (Monday, UTC) in which they have a scored submission, then the most
 * submissions, then the lowest number, among those with a lane below the median of the challenge: their progress is long and
 * their weakness patterns are not empty. Each has 14 submissions in 14 weeks, in the lanes CMA and TMA.
 */
export const BUSY_STUDENTS = { member: "287432", other_tenant: "324691" } as const;

/** The agents of those students: what the demo users of the local stack own. */
export const BUSY_AGENTS = {
  member: agentId(BUSY_STUDENTS.member),
  other_tenant: agentId(BUSY_STUDENTS.other_tenant),
} as const;
