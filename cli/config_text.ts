import { parse } from "smol-toml";
import { CliError } from "./cli_error.ts";
import { CONFIG_PATH, setting } from "./project.ts";

const FIRST = "# Freshet: written by npx freshet. Each function verifies its callers itself.";
const LAST = "# End of Freshet";
const DEFAULT = ["public", "graphql_public"];

/** The schemas that the data API exposes: those of config.toml, or the platform's own. */
export function exposedSchemas(text: string): readonly string[] {
  const schemas = setting(parse(text), "api", "schemas");
  return Array.isArray(schemas) ? schemas.map(String) : DEFAULT;
}

/** The text with one more exposed schema; all else stays as it is written, comments too. */
export function withSchema(text: string, schema: string): string {
  const before = exposedSchemas(text);
  if (before.includes(schema)) return text;
  const list = listOfSchemas(text);
  if (list !== null) {
    const inner = text.slice(list.from + 1, list.to - 1);
    const kept = inner.trimEnd();
    const is_ended = kept.endsWith(",");
    const space = inner.includes("\n") ? "\n  " : kept.trim() === "" ? "" : " ";
    const added = `${is_ended || kept.trim() === "" ? "" : ","}${space}"${schema}"${is_ended ? "," : ""}`;
    const changed = text.slice(0, list.from + 1) + kept + added + text.slice(list.from + 1 + kept.length);
    return checked(changed, [...before, schema]);
  }
  const line = lineOf([...before, schema]);
  const header = /^\[api\][^\n]*\n/m.exec(text);
  if (header === null) return checked(`${text.trimEnd()}\n\n[api]\n${line}`, [...before, schema]);
  const at = header.index + header[0].length;
  return checked(text.slice(0, at) + line + text.slice(at), [...before, schema]);
}

/** What withSchema adds to a text: nothing, an entry of its list, a list, or the section with one. */
export type Exposure = "before" | "entry" | "list" | "section";

export function exposureOf(text: string, schema: string): Exposure {
  if (exposedSchemas(text).includes(schema)) return "before";
  if (listOfSchemas(text) !== null) return "entry";
  return /^\[api\]/m.test(text) ? "list" : "section";
}

/** The text without what withSchema added. */
export function withoutSchema(text: string, schema: string, exposure: Exposure): string {
  if (exposure === "before") return text;
  const line = lineOf([...DEFAULT, schema]);
  const section = `\n[api]\n${line}`;
  if (exposure === "section" && text.includes(section)) return text.replace(section, "");
  if (exposure !== "entry" && text.includes(line)) return text.replace(line, "");
  const rest = exposedSchemas(text).filter((name) => name !== schema);
  const list = listOfSchemas(text);
  if (list === null) return text;
  const inner = text.slice(list.from + 1, list.to - 1);
  const without = inner.replace(new RegExp(String.raw`\s*"${schema}",|,?\s*"${schema}"`), "");
  const changed = text.slice(0, list.from + 1) + without + text.slice(list.to - 1);
  return checked(changed, rest);
}

/** What our sections say. */
export interface Sections {
  readonly functions: readonly string[];
  /** Whether they name the token hook of identity. */
  readonly hook: boolean;
}

export const HOOK_URI = "pg-functions://postgres/public/custom_access_token_hook";

/** The section of a function. The platform's own check of tokens is off: each verifies its callers itself. */
export function sectionOf(name: string): string {
  return [
    `[functions.${name}]`,
    "enabled = true",
    "verify_jwt = false",
    `import_map = "./functions/${name}/deno.json"`,
    `entrypoint = "./functions/${name}/index.ts"`,
    "",
  ].join("\n");
}

/** The text with our sections in place of those that it has; without a function they are gone. */
export function withSections(text: string, { functions, hook }: Sections): string {
  const from = text.indexOf(FIRST);
  const to = text.indexOf(LAST);
  const is_there = from >= 0 && to >= 0;
  const before = (is_there ? text.slice(0, from) : text).trimEnd();
  const behind = is_there ? text.slice(to + LAST.length + 1) : "";
  if (functions.length === 0) return is_there ? `${before}\n${behind}` : text;
  const blocks = functions.map(sectionOf);
  if (hook) blocks.push(`[auth.hook.custom_access_token]\nenabled = true\nuri = "${HOOK_URI}"\n`);
  return `${before}\n\n${FIRST}\n${blocks.join("\n")}\n${LAST}\n${behind}`;
}

/** The names of our sections. */
export function functionsIn(text: string): readonly string[] {
  const from = text.indexOf(FIRST);
  const block = from < 0 ? "" : text.slice(from, text.indexOf(LAST, from));
  return [...block.matchAll(/^\[functions\.([\w-]+)\]$/gm)].map(([, name = ""]) => name);
}

function lineOf(schemas: readonly string[]): string {
  return `schemas = [${schemas.map((name) => JSON.stringify(name)).join(", ")}]\n`;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where the list of `schemas` in the section `api` is; null without one. */
function listOfSchemas(text: string): Span | null {
  const header = /^\[api\][^\n]*\n/m.exec(text);
  if (header === null) return null;
  const start = header.index + header[0].length;
  const next = text.slice(start).search(/^\[/m);
  const section = next < 0 ? text.slice(start) : text.slice(start, start + next);
  const key = /^schemas\s*=\s*\[/m.exec(section);
  if (key === null) return null;
  const from = start + key.index + key[0].length - 1;
  let at = from + 1;
  while (at < text.length && text[at] !== "]") {
    if (text[at] === "#") at = text.indexOf("\n", at);
    else if (text[at] === '"' || text[at] === "'") at = text.indexOf(text[at] ?? "", at + 1) + 1;
    else at += 1;
  }
  return { from, to: at + 1 };
}

/** What was edited as text has to say what was meant. */
function checked(text: string, schemas: readonly string[]): string {
  if (JSON.stringify(exposedSchemas(text)) === JSON.stringify(schemas)) return text;
  throw new CliError(
    `the list "schemas" of ${CONFIG_PATH} is written in a way that cannot be edited here`,
    `write it on one line: schemas = [${schemas.map((name) => JSON.stringify(name)).join(", ")}]`,
  );
}
