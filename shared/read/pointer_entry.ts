import { z } from "zod";
import { viewStates } from "./view_state.ts";

const pointer = z.strictObject({
  states: viewStates,
  /** When the source reported the states, in milliseconds since the epoch. */
  observed_at: z.number(),
});

export type Pointer = z.output<typeof pointer>;

/** Parses a pointer from the shared cache; null if it is not one. */
export function parsePointer(text: string): Pointer | null {
  try {
    const parsed = pointer.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
