import { z } from "zod";
import { internalError } from "../../../../shared/kernel/app_error.ts";
import { membershipState, organizationState, type State, userState } from "../clerk-webhook/change.ts";
import type { AskClerk, ClerkAnswer } from "./clerk_api.ts";
import { shaped } from "./read_page.ts";

/** A row of freshet.absent_clerk_objects(). */
export const absent = z.object({
  clerk_id: z.string(),
  kind: z.enum(["user", "organization", "membership"]),
  external_org_id: z.string().nullable(),
  external_user_id: z.string().nullable(),
  role: z.enum(["admin", "manager", "trainee"]).nullable(),
  joined_ms: z.number().nullable(),
});
export type Absent = z.output<typeof absent>;

type Wait = Extract<ClerkAnswer, { readonly wait_seconds: number }>;

/** The state of what no page had: as Clerk describes it, or deleted when Clerk has no such id. */
export async function askForAbsent(one: Absent, ask: AskClerk): Promise<State | Wait> {
  const answer = await ask(pathOf(one));
  if ("wait_seconds" in answer) return answer;
  if ("content" in answer) return stateIn(answer.content, one) ?? gone(one);
  if (answer.failed === "refused") throw internalError(`Clerk's API refused to say whether it has a ${one.kind}`);
  return gone(one);
}

/** Clerk has no path for one membership, so the organisation's of this user are asked for. */
function pathOf({ kind, clerk_id, external_org_id, external_user_id }: Absent): string {
  if (kind === "user") return `/users/${encodeURIComponent(clerk_id)}`;
  if (kind === "organization") return `/organizations/${encodeURIComponent(clerk_id)}`;
  const query = new URLSearchParams({ user_id: external_user_id ?? "", limit: "100" });
  return `/organizations/${encodeURIComponent(external_org_id ?? "")}/memberships?${query}`;
}

function stateIn(content: unknown, { kind, clerk_id }: Absent): State | null {
  switch (kind) {
    case "user":
      return shaped(userState, content);
    case "organization":
      return shaped(organizationState, content);
    case "membership": {
      const { data } = shaped(z.object({ data: z.array(membershipState) }), content);
      return data.find((candidate) => candidate.clerk_id === clerk_id) ?? null;
    }
  }
}

function gone({ kind, clerk_id, external_org_id, external_user_id, role, joined_ms }: Absent): State {
  return {
    kind,
    clerk_id,
    event_ms: Date.now(),
    is_deletion: true,
    ...(external_org_id === null ? {} : { external_org_id }),
    ...(external_user_id === null ? {} : { external_user_id }),
    ...(role === null ? {} : { role }),
    ...(joined_ms === null ? {} : { joined_ms }),
  };
}
