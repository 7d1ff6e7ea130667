import { fullName, type Resource } from "../../shared/core/resource.ts";
import type { FakeRow } from "./fake_source.ts";
import { createHttpRig } from "./http_rig.ts";
import { sampleQuery, sampleRow } from "./sample_values.ts";
import { KEYS, mintToken } from "./tokens.ts";

/** A resource over two sample rows, and somebody who may read one of them. */
export interface Contracted {
  readonly rig: ReturnType<typeof createHttpRig>;
  readonly row: FakeRow;
  readonly path: string;
  /** Asks for the sample row, as somebody who may read it unless headers say otherwise. */
  readonly ask: (query?: string, headers?: Record<string, string>) => Promise<Response>;
}

/** An organisation that a relation of scope "org" knows. */
const ORG = "00000000-0000-4000-8000-0000000000f1";

export function contracted(resource: Resource, rig = createHttpRig()): Contracted {
  const row = sampleRow(resource, 1);
  rig.source.refresh(resource.view, [row, sampleRow(resource, 2)]);
  for (const name of resource.reads ?? []) rig.source.refresh(name, []);
  const { access } = resource;
  if (access.scope === "member") rig.source.owners.set(`owner@${row[access.org]}`, [String(row[access.column ?? ""])]);
  else if ("column" in access && access.relation !== null) {
    rig.source.owners.set(access.scope === "org" ? ORG : "owner", [String(row[access.column])]);
  }
  const path = `/analytics/${fullName(resource)}?${new URLSearchParams(sampleQuery(resource, row))}`;
  const ask = async (query = "", headers: Record<string, string> = {}) => {
    const credential = headers["apikey"] ?? headers["authorization"];
    const reader = credential === undefined ? await readerOf(resource, row) : {};
    return await rig.ask(path + query, { headers: { ...reader, ...headers } });
  };
  return { rig, row, path, ask };
}

/** Credentials that may read the row: the secret key, unless only a person's own rows are served. */
export async function readerOf(resource: Resource, row: FakeRow): Promise<Record<string, string>> {
  return readsAll(resource) ? { apikey: KEYS.secret } : await memberOf(resource, row);
}

/** A member of the row's organisation who may read it, in the first role that the resource names. */
export async function memberOf({ access }: Resource, row: FakeRow): Promise<Record<string, string>> {
  if (access.scope !== "member") throw new Error(`Scope "${access.scope}" has no members`);
  const [role = "", rows] = Object.entries(access.rows)[0] ?? [];
  return await bearer({
    sub: rows === "own" ? row[access.column ?? ""] : "owner",
    org_id: row[access.org],
    org_role: role,
  });
}

/** The owner of the row, as the resource's scope finds one; a signed-in user where the scope knows no owner. */
export async function ownerOf(resource: Resource, row: FakeRow): Promise<Record<string, string>> {
  const { access } = resource;
  if (access.scope === "member") return await memberOf(resource, row);
  const own = "column" in access && access.relation === null ? row[access.column] : undefined;
  if (access.scope === "org") return await bearer({ sub: "owner", org_id: own ?? ORG });
  return await bearer({ sub: own ?? "owner" });
}

export async function bearer(claims: Record<string, unknown>): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await mintToken({ claims })}` };
}

/** Whether administrators and the secret key read it. */
export function readsAll({ access }: Resource): boolean {
  return access.scope !== "member" || Object.values(access.rows).includes("org");
}
