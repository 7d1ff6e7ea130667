import type { PageEntry } from "../../../app/frame/pages.ts";

/** The pages of this pack, in the order in which they are offered. */
export const pages: readonly PageEntry[] = [
  {
    name: "challenge",
    title: "Arena",
    comes_last: true,
    // How scores are spread is public; what is one agent's own, the API gives to the agent's owner alone.
    isFor: () => true,
    load: () => import("./challenge.tsx"),
  },
];
