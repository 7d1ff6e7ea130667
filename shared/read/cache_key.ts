import { z } from "zod";
import { canonicalParams } from "../kernel/canonical_params.ts";
import type { Hash } from "../kernel/ports.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import type { Format } from "../resource/definition.ts";
import type { Scope } from "../access/scope.ts";
import type { Params } from "./source_request.ts";
import { generation, type ViewState } from "./view_state.ts";

/** Raise it when the code that writes bodies changes what it writes: entries of the old shape are then never met. */
const BODY_SHAPE = 3;

/** Where one answer lives, apart from its version: the stem of its cache keys. */
export interface Address {
  readonly stem: string;
  readonly schema: string;
}

/**
 * A fingerprint of everything that decides the body besides its parameters, so that a deployed change moves the keys and
 * two builds can share one cache.
 */
export function schemaHash(resource: Resource, hash: Hash): string {
  const { params, row, summary: _summary, ...data } = resource;
  const shapes = [params, row].map((schema) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  return hash(JSON.stringify([BODY_SHAPE, data, shapes])).slice(0, 12);
}

/** What is asked, whoever asks. The same for every caller, so it is worth remembering. */
export interface Question {
  readonly resource: Resource;
  readonly params: Params;
  readonly format: Format;
  /** Fingerprint of format and parameters. */
  readonly digest: string;
}

export interface ScopedQuestion extends Question {
  readonly scope: Scope;
}

/** Asked on a day: null where the answer is the same on all days. */
export interface Dated extends ScopedQuestion {
  readonly day: string | null;
}

export function createQuestion(asked: Omit<Question, "digest">, hash: Hash): Question {
  return { ...asked, digest: hash(`${asked.format}\n${canonicalParams(asked.params)}`) };
}

interface Addressed {
  readonly resource: Resource;
  readonly digest: string;
  readonly day: string | null;
  readonly address: Address;
}

/** The last address of each scope: a verified caller has one scope in a resource for as long as it is remembered. */
const addressed = new WeakMap<Scope, Addressed>();

/**
 * `{schema hash}:{resource}:{scope}:{sha256(format, canonical params)}[@day]`: one slot for all versions of one answer.
 * Mostly the same question comes again, and joining the parts of its address costs more than comparing them.
 */
export function addressOf(
  { resource, scope, digest }: ScopedQuestion,
  { day, schema }: { readonly day: string | null; readonly schema: string },
): Address {
  const last = addressed.get(scope);
  if (last?.resource === resource && last.digest === digest && last.day === day) return last.address;
  const question = day === null ? digest : `${digest}@${day}`;
  const address = { schema, stem: `${schema}:${fullName(resource)}:${scope.label}:${question}` };
  addressed.set(scope, { resource, digest, day, address });
  return address;
}

/** `{schema hash}:{resource}:{scope}:{version}:{sha256(format, canonical params)}`: the entry under it never changes. */
export function cacheKey(address: Address, state: ViewState): string {
  const cut = address.stem.lastIndexOf(":");
  return `${address.stem.slice(0, cut)}:${generation(state)}${address.stem.slice(cut)}`;
}

/** The stem that a key belongs to. */
export function stemOf(key: string): string {
  const parts = key.split(":");
  parts.splice(-2, 1);
  return parts.join(":");
}

/** A strong validator: the key decides the bytes, so its fingerprint names them. */
export function etagOf(key: string, hash: Hash): string {
  return `"${hash(key).slice(0, 32)}"`;
}
