import type { PageEntry } from "../../../app/frame/pages.ts";

/** The pages of this pack, in the order in which they are offered. */
export const pages: readonly PageEntry[] = [
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
