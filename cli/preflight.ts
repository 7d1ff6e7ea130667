import type { Package } from "./package_files.ts";
import { functionNames } from "./generated_files.ts";
import { namesOutside } from "./own_migrations.ts";
import { type Project, setting } from "./project.ts";
import type { Selection } from "./selection.ts";
import { exposedSchemas, HOOK_URI } from "./config_text.ts";

/** What was found before anything is written. With a problem nothing is. */
export interface Preflight {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

const OURS = /^(?:core|audit|identity|freshet)__/;

/** What the project's files say. */
export function preflightFiles(project: Project, source: Package, selection: Selection): Preflight {
  const problems: string[] = [];
  const notes: string[] = [];
  const { parsed, text } = project.config;
  const major = setting(parsed, "db", "major_version");
  if (typeof major === "number" && major < 15) problems.push(`PostgreSQL ${major}: Freshet needs 15 or newer`);
  const theirs = project.migrations.filter(({ name }) => !isOurs(name, source));
  for (const { path, text: sql } of theirs) {
    for (const schema of schemasMadeBy(sql)) {
      problems.push(`${path} makes a schema "${schema}", which is the name of one of ours: rename yours`);
    }
  }
  const present = new Set(project.migrations.map(({ name }) => name));
  const wanted = source.manifest.migrations.filter(({ name }) => !present.has(name)).map(({ area }) => area);
  const taken = namesOutside(source.manifest, {
    ...selection,
    with: selection.with.filter((area) => wanted.includes(area)),
  });
  for (const name of taken) {
    const made = theirs.find(({ text: sql }) => makes(sql, name));
    if (made !== undefined) {
      problems.push(`${made.path} makes ${name}, as ${areaOf(source, name)} does: leave that out`);
    }
  }
  for (const name of functionNames(source, selection)) {
    const path = `supabase/functions/${name}/index.ts`;
    if (project.functions.includes(name) && project.record?.files[path] === undefined) {
      problems.push(`supabase/functions/${name} is yours: rename it, since ours has this name`);
    }
  }
  const hook = setting(parsed, "auth", "hook", "custom_access_token", "enabled") === true;
  if (hook && selection.with.includes("identity") && project.record?.with.includes("identity") !== true) {
    problems.push("the project has an access token hook of its own: leave identity out");
  }
  if (
    !hook && selection.with.includes("identity") && setting(parsed, "auth", "hook", "custom_access_token") !== undefined
  ) {
    notes.push(`to switch our hook on: uri = "${HOOK_URI}" in [auth.hook.custom_access_token]`);
  }
  notes.push(hook ? "your access token hook stays as it is" : "no access token hook is needed");
  notes.push(`exposed schemas: ${exposedSchemas(text).join(", ")}`);
  if (setting(parsed, "auth", "signing_keys_path") === undefined) {
    notes.push("tokens: functions verify signing keys (ES256) and new API keys; see docs/deploy.md, steps 1 and 3");
  }
  return { problems, notes };
}

function isOurs(name: string, { manifest }: Package): boolean {
  return OURS.test(name) || manifest.migrations.some((migration) => migration.name === name);
}

function schemasMadeBy(sql: string): string[] {
  const found = withoutComments(sql).matchAll(
    /\bcreate\s+schema\s+(?:if\s+not\s+exists\s+)?"?(analytics|freshet)"?\b/gi,
  );
  return [...new Set([...found].map(([, name = ""]) => name.toLowerCase()))];
}

/** Whether a migration creates something of this name; without a schema public is meant. */
function makes(sql: string, qualified: string): boolean {
  const [schema = "", name = ""] = qualified.split(".");
  const kinds = "table|view|materialized\\s+view|function|procedure|type|domain|sequence";
  const pattern =
    `\\bcreate\\s+(?:or\\s+replace\\s+)?(?:unlogged\\s+)?(?:${kinds})\\s+(?:if\\s+not\\s+exists\\s+)?(?:"?${schema}"?\\.)?"?${name}"?(?![\\w."])`;
  return new RegExp(pattern, "i").test(withoutComments(sql));
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/--[^\n]*/g, "").replaceAll(/\/\*[^]*?\*\//g, "");
}

export function areaOf({ manifest }: Package, name: string): string {
  const found = Object.entries(manifest.areas).find(([, { functions, relations, types }]) =>
    name in functions || relations.includes(name) || types.includes(name)
  );
  return found?.[0] ?? "an area";
}
