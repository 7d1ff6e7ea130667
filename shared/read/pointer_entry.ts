import { z } from "zod";
import { viewStates } from "./view_state.ts";

const pointer = z.strictObject({
  states: viewStates,
  /** When the source said so, in milliseconds since the epoch. */
  observed_at: z.number(),
});

export type Pointer = z.output<typeof pointer>;

/** Reads the pointer that a shared cache holds; null when it is not one. */
export function parsePointer(text: string): Pointer | null {
  try {
    const parsed = pointer.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
