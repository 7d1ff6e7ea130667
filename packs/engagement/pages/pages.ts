import type { PageEntry } from "../../../app/frame/pages.ts";

/** The pages of this pack, in the order in which they are offered. */
export const pages: readonly PageEntry[] = [
  {
    name: "learning",
    title: "Engagement",
    comes_last: true,
    isFor: ({ is_admin }) => is_admin,
    load: () => import("./learning.tsx"),
  },
];
