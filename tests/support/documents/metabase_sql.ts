import { variablesOf } from "../../../tools/metabase/question.ts";

/**
 * Resolves a question as Metabase does, as far as these use it: `{{name}}` becomes a literal of its type; `[[…]]` stays
 * when every variable in it has a value, and is left out otherwise. No field filters, no snippets, no nesting.
 *
 * @throws for a variable outside brackets that has no value, as Metabase does.
 */
export function resolveMetabase(question: string, values: Readonly<Record<string, string>>): string {
  const types = new Map(variablesOf(question).map(({ name, type }) => [name, type]));
  const chosen = question.replaceAll(
    /\[\[(.*?)\]\]/gs,
    (_, clause: string) => namesIn(clause).every((name) => name in values) ? clause : "",
  );
  return chosen.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    const type = types.get(name);
    if (value === undefined || type === undefined) throw new Error(`The variable "${name}" has no value or no type`);
    return type === "Number" ? value : `${type === "Date" ? "date " : ""}'${value.replaceAll("'", "''")}'`;
  });
}

export function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name))];
}
