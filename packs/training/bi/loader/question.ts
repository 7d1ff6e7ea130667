/** A variable from a question's header: `-- Variable: days (Number, default 30)`. */
export interface MetabaseVariable {
  readonly name: string;
  readonly type: "Text" | "Number" | "Date";
  /** "required", "optional", or the default value. */
  readonly given: string;
}

/** A file of packs/training/bi/metabase: SQL with a header that says how Metabase shows it. */
export interface Question {
  readonly title: string;
  readonly dashboard: string;
  readonly chart: Chart;
  readonly variables: readonly MetabaseVariable[];
  readonly sql: string;
}

/** How rows are drawn, in Metabase's terms. */
export interface Chart {
  readonly display: "table" | "line" | "bar";
  readonly settings: Readonly<Record<string, unknown>>;
}

export function variablesOf(question: string): MetabaseVariable[] {
  const declared = question.matchAll(/^-- Variable: (\w+) \((Text|Number|Date), (required|optional|default (\S+))\)/gm);
  return [...declared].map(([, name = "", type, given = "", value]) => ({
    name,
    type: type as MetabaseVariable["type"],
    given: value ?? given,
  }));
}

/** Parses a file. @throws Error for a missing or invalid header. */
export function readQuestion(sql: string): Question {
  const [, title, dashboard, chart] = /^-- Question: (.+)\n-- Dashboard: (\w+); chart: (.+)\n/.exec(sql) ?? [];
  if (title === undefined || dashboard === undefined || chart === undefined) {
    throw new Error(
      `A question begins with "-- Question: …" and "-- Dashboard: …; chart: …", and this with: ${sql.slice(0, 80)}`,
    );
  }
  return { title, dashboard, chart: chartOf(chart), variables: variablesOf(sql), sql };
}

/**
 * Parses `line, x = day, y = attempts` and the like. A chart that only Metabase's question builder can draw becomes a
 * table.
 */
function chartOf(words: string): Chart {
  const cells = Object.fromEntries(
    [...words.matchAll(/(\w+) = (\w+)/g)].map(([, name, column]) => [name ?? "", column]),
  );
  const drawn = /^(line|bar)\b/.exec(words)?.[1];
  if (drawn === "line" || drawn === "bar") {
    return { display: drawn, settings: { "graph.dimensions": [cells["x"]], "graph.metrics": [cells["y"]] } };
  }
  if (!words.startsWith("pivot table")) return { display: "table", settings: {} };
  const settings = {
    "table.pivot": true,
    "table.pivot_column": cells["columns"],
    "table.cell_column": cells["colour"],
    "table.columns": [cells["rows"], cells["columns"], cells["colour"]].map((name) => ({ name, enabled: true })),
  };
  return { display: "table", settings };
}
