import type { PageEntry } from "../frame/pages.ts";

/** The console, for administrators of the platform. */
export const pages: readonly PageEntry[] = [
  {
    name: "ops",
    title: "Console",
    isFor: ({ is_admin }) => is_admin,
    load: () => import("./page.tsx"),
  },
];
