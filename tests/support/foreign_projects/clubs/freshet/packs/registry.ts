import type { Registry } from "freshet/registry";

export const registry: Registry = {
  "clubs/club-goals": async () => (await import("./clubs/resources/club_goals.ts")).clubGoals,
};
