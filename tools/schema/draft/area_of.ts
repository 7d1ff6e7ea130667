import { viewOfDefinition } from "./generated.ts";
import { type Home, type Homed, withSchema } from "./home.ts";
import { partOf } from "./parts.ts";
import { thingOf } from "./plan.ts";
import { makersOf, rowName } from "./rows.ts";

/**
 * The area whose files make a thing: a name as a description has it. What no file makes any more belongs to the area of the
 * oldest migration that names it.
 */
export function areaOf(home: Home, migrations: ReadonlyMap<string, string>, name: string): string {
  const view = viewOfDefinition(name);
  if (view !== null) return areaOf(home, migrations, `relation ${view}`);
  const { kind, rest } = thingOf(name);
  const found = statementsOf(home, kind, rest)[0]?.area;
  if (found !== undefined) return found;
  const named = kind === "row" ? rowName(rest).words[0] ?? "" : nameOnly(kind, rest);
  for (const [file, text] of migrations) {
    if (text.includes(named)) return /^\d+_([a-z][a-z0-9_]*?)__/.exec(file)?.[1] ?? "core";
  }
  return "core";
}

function statementsOf(home: Home, kind: string, rest: string): Homed[] {
  if (kind === "row") return makersOf(home, rowName(rest));
  if (kind === "schema" || kind === "role") return home.ofNamed(kind, rest);
  if (rest.includes("(")) return home.ofFunction(rest);
  if (kind === "index" || kind === "statistics") {
    return home.all.filter(({ subject }) => subject.kind === kind && subject.names[0] === nameOnly(kind, rest));
  }
  const isPart = ["column", "constraint", "trigger", "policy"].includes(kind);
  return home.ofRelation(withSchema(isPart ? partOf(rest).relation : rest));
}

function nameOnly(kind: string, rest: string): string {
  if (kind === "index" || kind === "statistics") return rest.slice(rest.indexOf(".") + 1);
  return rest.includes("(") ? rest.slice(0, rest.indexOf("(")) : rest;
}
