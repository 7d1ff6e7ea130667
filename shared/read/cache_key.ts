import { z } from "zod";
import type { Hash } from "../kernel/ports.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import type { Scope } from "../access/scope.ts";
import type { Question } from "./question.ts";

/** Raise it when the code that renders bodies changes their content: entries of the old shape are then never found. */
const BODY_SHAPE = 4;

/**
 * A fingerprint of everything that decides the body besides its parameters, so that a deployed change changes the keys and
 * two builds can share one cache.
 */
export function schemaHash(resource: Resource, hash: Hash): string {
  const { params, row, summary: _summary, ...data } = resource;
  const shapes = [params, row].map((schema) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  return hash(JSON.stringify([BODY_SHAPE, data, shapes])).slice(0, 12);
}

/**
 * `{schema hash}:{resource}:{scope}:{sha256(format, canonical params)}[@day]`: where all versions of one answer are kept.
 * The day is null where the answer is the same on all days.
 */
export function stemFor(
  { resource, digest }: Question,
  { scope, day, schema }: { readonly scope: Scope; readonly day: string | null; readonly schema: string },
): string {
  return `${schema}:${fullName(resource)}:${scope.label}:${day === null ? digest : `${digest}@${day}`}`;
}

/**
 * `{schema hash}:{resource}:{scope}:{version}:{sha256(format, canonical params)}`: the entry under it never changes.
 *
 * @param version the generation of each view and live relation that the answer rests on, as `combinedState` writes it
 */
export function cacheKey(stem: string, version: string): string {
  const cut = stem.lastIndexOf(":");
  return `${stem.slice(0, cut)}:${version}${stem.slice(cut)}`;
}

/** The stem that a key belongs to. */
export function stemOf(key: string): string {
  const parts = key.split(":");
  parts.splice(-2, 1);
  return parts.join(":");
}

/** A strong validator: the key decides the bytes, so its fingerprint identifies them. */
export function etagOf(key: string, hash: Hash): string {
  return `"${hash(key).slice(0, 32)}"`;
}
