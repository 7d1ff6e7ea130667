import { z } from "zod";
import { isStorable } from "../../kernel/storable.ts";

const object = z.looseObject({});

/** The claim at the path, of which the token itself holds each part: no property that every object has. */
export function claimAt(token: unknown, path: readonly string[]): unknown {
  let value: unknown = token;
  for (const name of path) {
    const parsed = object.safeParse(value);
    if (!parsed.success || Array.isArray(value) || !Object.hasOwn(parsed.data, name)) return undefined;
    value = parsed.data[name];
  }
  return value;
}

/** A claim that is text and can be an id or a role. */
export function claimedText(token: unknown, path: readonly string[] | undefined): string | null {
  const value = path === undefined ? undefined : claimAt(token, path);
  if (typeof value !== "string" || !isStorable(value)) return null;
  // Code points, as the database counts them.
  const { length } = [...value];
  return length > 0 && length <= 255 ? value : null;
}
