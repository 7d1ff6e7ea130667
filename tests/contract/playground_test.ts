/** The playground over the sample pack and all registered resources: what it offers, and how it writes a resource in code. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { z } from "zod";
import { methodOf } from "../../app/try/code.ts";
import { fieldsOf, mayAsk } from "../../app/try/fields.ts";
import type { CatalogEntry } from "../../shared/client/mod.ts";
import { AppError } from "../../shared/kernel/app_error.ts";
import { deriveScope } from "../../shared/access/scope.ts";
import { fullName } from "../../shared/resource/resource.ts";
import { methodName } from "../../tools/client/client_source.ts";
import { resources as registered } from "../../tools/resources.ts";
import { createHttpRig } from "../support/rigs/http_rig.ts";
import { samplePack } from "../support/sample_pack/mod.ts";

const resources = [...samplePack, ...registered];

const { resources: entries } = await (await createHttpRig({ resources }).ask("/analytics/catalog")).json() as {
  readonly resources: readonly CatalogEntry[];
};

function entryOf(name: string): CatalogEntry {
  const entry = entries.find(({ resource }) => resource === name);
  ok(entry !== undefined, `the catalog has no ${name}`);
  return entry;
}

Deno.test("the playground offers exactly the resources for which the API has a scope, to every kind of person", () => {
  const organisations = [
    [null, null],
    ["o1", null],
    ...["admin", "manager", "trainee", "guest"].map((role) => ["o1", role]),
  ];
  let offered = 0;
  for (const is_admin of [false, true]) {
    for (const [org_id = null, org_role = null] of organisations) {
      const claims = { subject: "u1", is_admin, org_id, org_role, expires_at: null };
      for (const resource of resources) {
        const may = mayAsk(entryOf(fullName(resource)), claims);
        if (may) offered++;
        equal(may, hasScope(resource, claims), `${fullName(resource)}, ${JSON.stringify(claims)}`);
      }
    }
  }
  ok(offered > 0 && offered < resources.length * 12, `${offered}`);
});

function hasScope(resource: typeof resources[number], claims: Parameters<typeof mayAsk>[1]): boolean {
  try {
    deriveScope(resource, { kind: "user", ...claims }, (text) => text);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "FORBIDDEN") return false;
    throw error;
  }
}

Deno.test("every resource's method is written as the generated client has it", () => {
  for (const resource of resources) equal(methodOf(fullName(resource)), `${resource.pack}.${methodName(resource)}`);
});

Deno.test("every parameter of every resource is a field that takes what the API takes", () => {
  for (const resource of resources) {
    for (const field of fieldsOf(entryOf(fullName(resource)))) {
      const { name, kind, is_required, otherwise, options, min, max } = field;
      const where = `${fullName(resource)}, ${name}`;
      match(field.description, /^\S.*\.$/, where);
      if (name === "format") {
        deepEqual([kind, options], ["choice", resource.formats], where);
        continue;
      }
      const schema = resource.params.shape[name];
      ok(schema !== undefined, where);
      const takes = (text: string | undefined) => z.safeParse(schema, text).success;
      equal(takes(undefined), !is_required, where);
      if (otherwise !== null) ok(takes(otherwise), where);
      if (kind === "choice") ok(options.length > 1 && options.every(takes) && !takes("no such word"), where);
      if (kind === "day") ok(takes("2026-01-31") && !takes("2026-01"), where);
      if (kind === "month") ok(takes("2026-01") && !takes("2026-01-31"), where);
      if (kind === "number") {
        ok(min !== null && max !== null, where);
        deepEqual([min - 1, min, max, max + 1].map(String).map(takes), [false, true, true, false], where);
      }
    }
  }
});
