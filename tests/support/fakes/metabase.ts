import { z } from "zod";

/** What the API documentation of Metabase has for the bodies that are sent; anything beside is refused. */
const variableTarget = z.tuple([z.literal("variable"), z.tuple([z.literal("template-tag"), z.string()])]);
const tag = z.strictObject({
  id: z.guid(),
  name: z.string(),
  "display-name": z.string(),
  type: z.enum(["text", "number", "date"]),
  required: z.boolean(),
  default: z.union([z.string(), z.number()]).optional(),
});
const parameterType = z.enum(["string/=", "number/=", "date/single"]);
const card = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  type: z.literal("question"),
  collection_id: z.int().min(1),
  display: z.enum(["table", "line", "bar"]),
  visualization_settings: z.record(z.string(), z.unknown()),
  dataset_query: z.strictObject({
    type: z.literal("native"),
    database: z.int().min(1),
    native: z.strictObject({ query: z.string().min(1), "template-tags": z.record(z.string(), tag) }),
  }),
  parameters: z.array(z.strictObject({
    id: z.guid(),
    type: parameterType,
    target: variableTarget,
    name: z.string(),
    slug: z.string(),
    default: z.union([z.string(), z.number()]).optional(),
  })),
});
const dashcard = z.looseObject({
  id: z.int(),
  card_id: z.int().min(1).nullish(),
  row: z.int().min(0),
  col: z.int().min(0).max(23),
  size_x: z.int().min(1).max(24),
  size_y: z.int().min(1),
  visualization_settings: z.record(z.string(), z.unknown()),
  parameter_mappings: z.array(
    z.strictObject({ parameter_id: z.string().min(1), card_id: z.int().min(1), target: variableTarget }),
  ),
});
const filter = z.looseObject({
  id: z.string().min(1),
  name: z.string(),
  slug: z.string(),
  type: parameterType,
  sectionId: z.enum(["string", "number", "date"]),
});
const newDashboard = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  collection_id: z.int().min(1),
});
const arrangement = z.strictObject({ parameters: z.array(filter), dashcards: z.array(dashcard) });

export type FakeCard = z.output<typeof card> & { readonly id: number };
interface FakeDashboard extends z.output<typeof newDashboard> {
  readonly id: number;
  parameters: z.output<typeof filter>[];
  dashcards: z.output<typeof dashcard>[];
}

/** Metabase's API in memory, as far as the loader calls it. It is no Metabase: it knows what its documentation says. */
export class FakeMetabase {
  readonly databases = [{ id: 1, name: "Sample", engine: "h2" }, { id: 7, name: "Product", engine: "postgres" }];
  readonly collections: { id: number | string; name: string; archived?: boolean }[] = [{
    id: "root",
    name: "Our analytics",
  }];
  readonly cards = new Map<number, FakeCard>();
  readonly dashboards = new Map<number, FakeDashboard>();
  readonly calls: string[] = [];
  #last_id = 100;

  constructor(readonly key: string) {}

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    this.calls.push(`${request.method} ${pathname}${search}`);
    if (request.headers.get("x-api-key") !== this.key) return new Response("Unauthenticated", { status: 401 });
    const body: unknown = request.method === "GET" ? undefined : await request.json();
    try {
      const answer = this.#answer(
        `${request.method} ${pathname.replace(/\d+/, ":id")}`,
        Number(/\d+/.exec(pathname)?.[0]),
        body,
      );
      return answer === undefined ? new Response("Not found.", { status: 404 }) : Response.json(answer);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return Response.json({ errors: error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) }, {
        status: 400,
      });
    }
  };

  #answer(call: string, id: number, body: unknown): unknown {
    switch (call) {
      case "GET /api/database":
        return { data: this.databases, total: this.databases.length };
      case "GET /api/collection":
        return this.collections;
      case "POST /api/collection": {
        const made = { ...z.strictObject({ name: z.string().min(1) }).parse(body), id: ++this.#last_id };
        this.collections.push(made);
        return made;
      }
      case "GET /api/collection/:id/items":
        return { data: this.#itemsOf(id) };
      case "POST /api/card":
      case "PUT /api/card/:id":
        return this.#saveCard(call.startsWith("PUT") ? id : ++this.#last_id, body);
      case "POST /api/dashboard": {
        const made = { ...newDashboard.parse(body), id: ++this.#last_id, parameters: [], dashcards: [] };
        this.dashboards.set(made.id, made);
        return made;
      }
      case "GET /api/dashboard/:id":
        return this.dashboards.get(id);
      case "PUT /api/dashboard/:id":
        return this.#saveDashboard(id, body);
      default:
        return undefined;
    }
  }

  #itemsOf(collection: number): unknown[] {
    const of = (model: string, things: Iterable<FakeCard | FakeDashboard>) =>
      [...things].filter(({ collection_id }) => collection_id === collection).map(({ id, name }) => ({
        id,
        name,
        model,
      }));
    return [...of("card", this.cards.values()), ...of("dashboard", this.dashboards.values())];
  }

  #saveCard(id: number, body: unknown): FakeCard {
    const saved = { ...card.parse(body), id };
    if (!this.databases.some((known) => known.id === saved.dataset_query.database)) throw new z.ZodError([]);
    this.cards.set(id, saved);
    return saved;
  }

  #saveDashboard(id: number, body: unknown): FakeDashboard | undefined {
    const dashboard = this.dashboards.get(id);
    if (dashboard === undefined) return undefined;
    const named = newDashboard.safeParse(body);
    if (named.success) return Object.assign(dashboard, named.data);
    const { parameters, dashcards } = arrangement.parse(body);
    // New ones get an id; those that are not sent are gone.
    dashboard.dashcards = dashcards.map((sent) => sent.id < 0 ? { ...sent, id: ++this.#last_id } : sent);
    dashboard.parameters = parameters;
    return dashboard;
  }
}
