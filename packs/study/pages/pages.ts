import type { PageEntry } from "../../../app/frame/pages.ts";
import type { Claims } from "../../../app/session/claims.ts";

/** People without a role have no other page. The others, and who may read another person's figures, use the address. */
function isForLearner({ is_admin, org_role }: Claims): boolean {
  return !is_admin && org_role === null;
}

/** The pages of this pack, in the order in which they are offered. */
export const pages: readonly PageEntry[] = [
  {
    name: "overview",
    title: "My study",
    isFor: isForLearner,
    load: () => import("./overview.tsx"),
  },
  {
    name: "topics",
    title: "My topics",
    isFor: isForLearner,
    load: () => import("./topics.tsx"),
  },
  {
    name: "sessions",
    title: "My sessions",
    isFor: isForLearner,
    load: () => import("./sessions.tsx"),
  },
];
