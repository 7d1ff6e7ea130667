import type { PageEntry } from "../../../app/frame/pages.ts";
import type { Claims } from "../../../app/session/claims.ts";

/** An administrator of the organisation, or of the platform, who chooses one. */
function isForAdmin({ is_admin, org_id, org_role }: Claims): boolean {
  return is_admin || (org_id !== null && org_role === "admin");
}

/** The pages of this pack, in the order in which they are offered. */
export const pages: readonly PageEntry[] = [
  {
    name: "admin",
    title: "Organisation",
    isFor: isForAdmin,
    load: () => import("./admin.tsx"),
  },
  {
    name: "kpi",
    title: "Calls",
    isFor: isForAdmin,
    load: () => import("./kpi.tsx"),
  },
  {
    name: "manager",
    title: "My team",
    isFor: ({ org_id, org_role }) => org_id !== null && org_role === "manager",
    load: () => import("./manager.tsx"),
  },
  {
    name: "trainee",
    title: "My training",
    isFor: ({ org_id, org_role }) => org_id !== null && org_role !== null,
    load: () => import("./trainee.tsx"),
  },
];
