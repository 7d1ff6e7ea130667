import type { Registry } from "freshet/registry";

export const registry: Registry = {
  "chat/message-days": async () => (await import("./chat/resources/message_days.ts")).messageDays,
};
