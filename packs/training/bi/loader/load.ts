import { type Item, type Metabase, shapes } from "./api.ts";
import type { Arguments } from "./arguments.ts";
import { cardOf, filterOf, mappingOf } from "./card.ts";
import { MetabaseError } from "./metabase_error.ts";
import type { MetabaseVariable, Question } from "./question.ts";

/** Half of Metabase's 24 columns: two cards side by side. */
const CARD = { size_x: 12, size_y: 8 } as const;

export interface Loaded {
  readonly cards: number;
  readonly dashboards: readonly { readonly name: string; readonly id: number }[];
}

/** Creates or updates the questions, and the dashboards that their headers name. Can be run again. */
export async function load(metabase: Metabase, asked: Arguments, questions: readonly Question[]): Promise<Loaded> {
  const database_id = await findDatabase(metabase, asked.database);
  const collection_id = await findCollection(metabase, asked.collection);
  const { data: present } = await metabase({
    method: "GET",
    path: `/collection/${collection_id}/items?models=card&models=dashboard`,
    output: shapes.items,
  });
  const found = (model: string, name: string) => present.find((item) => item.model === model && item.name === name);

  const cards = new Map<Question, number>();
  for (const question of questions) {
    const body = await cardOf(question, { database_id, collection_id });
    const { id } = await put(metabase, "/card", found("card", question.title), body);
    cards.set(question, id);
  }

  const dashboards = [];
  for (const dashboard of new Set(questions.map((question) => question.dashboard))) {
    const name = `Training: ${dashboard}`;
    const body = { name, description: "From packs/training/bi/metabase of Freshet.", collection_id };
    const { id } = await put(metabase, "/dashboard", found("dashboard", name), body);
    const shown = questions.filter((question) => question.dashboard === dashboard);
    await arrange(metabase, { id, dashboard, shown, cards, organisation: asked.organisation });
    dashboards.push({ name, id });
  }
  return { cards: cards.size, dashboards };
}

async function put(metabase: Metabase, path: string, present: Item | undefined, body: unknown): Promise<Item> {
  return present === undefined
    ? await metabase({ method: "POST", path, body, output: shapes.item })
    : await metabase({ method: "PUT", path: `${path}/${present.id}`, body, output: shapes.item });
}

async function findDatabase(metabase: Metabase, name: string | null): Promise<number> {
  const { data } = await metabase({ method: "GET", path: "/database", output: shapes.databases });
  const fitting = data.filter((known) => name === null ? known.engine === "postgres" : known.name === name);
  const [one] = fitting;
  if (one !== undefined && fitting.length === 1) return one.id;
  const names = data.map((known) => `"${known.name}" (${known.engine})`).join(", ") || "none";
  throw new MetabaseError(
    name === null ? `Metabase has ${fitting.length} PostgreSQL databases` : `Metabase has no database "${name}"`,
    `give --database NAME; it knows ${names}`,
  );
}

async function findCollection(metabase: Metabase, name: string): Promise<number> {
  const collections = await metabase({ method: "GET", path: "/collection", output: shapes.collections });
  const present = collections.find((known) => known.name === name && known.archived !== true);
  if (typeof present?.id === "number") return present.id;
  const made = await metabase({ method: "POST", path: "/collection", body: { name }, output: shapes.item });
  return made.id;
}

interface Arrangement {
  readonly id: number;
  readonly dashboard: string;
  readonly shown: readonly Question[];
  readonly cards: ReadonlyMap<Question, number>;
  readonly organisation: string | null;
}

/**
 * Puts the cards on the dashboard and connects its filters to their variables. PUT replaces all cards of a dashboard,
 * so the existing ones are sent back: ours at the place where users moved them, others unchanged.
 */
async function arrange(metabase: Metabase, { id, dashboard, shown, cards, organisation }: Arrangement): Promise<void> {
  const before = await metabase({ method: "GET", path: `/dashboard/${id}`, output: shapes.dashboard });
  const variables = new Map<string, MetabaseVariable>();
  for (const variable of shown.flatMap((question) => question.variables)) variables.set(variable.name, variable);
  const filters = await Promise.all(
    [...variables.values()].map((variable) => filterOf(variable, { dashboard, fallback: organisation })),
  );

  const ours = shown.map((question, place) => {
    const card_id = cards.get(question) ?? 0;
    const placed = before.dashcards.find((dashcard) => dashcard.card_id === card_id);
    const used = filters.filter(({ slug }) => question.variables.some((variable) => variable.name === slug));
    return {
      row: Math.floor(place / 2) * CARD.size_y,
      col: (place % 2) * CARD.size_x,
      ...CARD,
      visualization_settings: {},
      // A negative id makes a new card.
      ...(placed ?? { id: -1 - place }),
      card_id,
      parameter_mappings: used.map((filter) => mappingOf(filter, card_id)),
    };
  });
  const loaded = new Set(ours.map((dashcard) => dashcard.card_id));
  const others = before.dashcards.filter((dashcard) => dashcard.card_id == null || !loaded.has(dashcard.card_id));
  const slugs = new Set(filters.map(({ slug }) => slug));
  const parameters = [...filters, ...(before.parameters ?? []).filter(({ slug }) => !slugs.has(slug))];
  const body = { parameters, dashcards: [...ours, ...others] };
  await metabase({ method: "PUT", path: `/dashboard/${id}`, body, output: shapes.item });
}
