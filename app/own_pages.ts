import type { FoundPage } from "./frame/pages.ts";

/** What the product itself offers, after the pages of the packs. */
export const OWN_PAGES: readonly FoundPage[] = [
  { name: "try", path: "try", title: "Playground", isFor: () => true, load: () => import("./try/page.tsx") },
  {
    name: "ops",
    path: "ops",
    title: "Console",
    isFor: ({ is_admin }) => is_admin,
    load: () => import("./ops/page.tsx"),
  },
];
