// The sides of the matrix: every page that is registered, the people, the states, and the colours.
import { type Claims, claimsOf } from "../../../../app/session/claims.ts";
import { DEMO_PEOPLE, demoTokens } from "../../../../stack/tokens.ts";
import { projectFolder, spread } from "../../../../tools/pack_folders.ts";
import { covering } from "../../../support/random/covering.ts";
import { dice } from "../../../support/random/dice.ts";
import { stateOf, STATES } from "./states.ts";

export const THEMES = ["light", "dark"] as const;

/** A person in front of a page in one of its states, in one of the themes. */
export interface Cell {
  /** Its address. */
  readonly page: string;
  /** The name of a demo person. */
  readonly person: string;
  readonly is_offered: "offered" | "not offered";
  readonly state: keyof typeof STATES;
  readonly theme: typeof THEMES[number];
}

/** The part of an entry of app/frame/pages.ts that is needed here. */
export interface RegisteredPage {
  readonly name: string;
  /** Its address, without the slash in front. */
  readonly path: string;
  isFor(claims: Claims): boolean;
}

// By address: the pages themselves are for a browser, and not checked with the tests.
async function modulesOf<Module>(files: readonly string[]): Promise<(readonly [file: string, module: Module])[]> {
  return await Promise.all(files.map(async (file) => [file, await import(`file://${projectFolder}${file}`)] as const));
}

const of_packs = await modulesOf<{ readonly pages: readonly Omit<RegisteredPage, "path">[] }>(
  await spread(["packs/*/pages/pages.ts"]),
);
const of_app = await modulesOf<{ readonly OWN_PAGES: readonly RegisteredPage[] }>(["app/own_pages.ts"]);

/** Of every pack, and of app/. */
export const PAGES: readonly RegisteredPage[] = [
  ...of_packs.flatMap(([file, { pages }]) =>
    pages.map((page) => ({ ...page, path: `${file.split("/")[1]}/${page.name}` }))
  ),
  ...of_app.flatMap(([, { OWN_PAGES }]) => OWN_PAGES),
];

/** Those that say that rows are too few for a figure. */
const withTooFew = new Set(
  (await Promise.all(PAGES.map(async ({ path, name }) => await saysTooFew(path, name) ? [path] : []))).flat(),
);

async function saysTooFew(path: string, name: string): Promise<boolean> {
  const folder = `${projectFolder}packs/${path.split("/")[0]}/pages/${name}`;
  try {
    for await (const file of Deno.readDir(folder)) {
      if ((await Deno.readTextFile(`${folder}/${file.name}`)).includes("tooFew=")) return true;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // a page without parts
  }
  return false;
}

/** What the tokens of the demo people claim; the secret does not matter. */
const tokens = await demoTokens({ jwtSecret: "of no product, only to read the claims", issuer: "http://localhost" });
const people = DEMO_PEOPLE.map(({ name, title }) => ({ name, title, claims: claimsOf(tokens[name] ?? "") as Claims }));

export const titleOf = (person: string) => people.find(({ name }) => name === person)?.title ?? person;

/** The playground reads the catalog once, and what the console shows is read at the moment: such rows do not grow old. */
const NEVER: Readonly<Record<string, readonly Cell["state"][]>> = {
  try: ["last_known", "offline_last_known", "truncated", "stale"],
  ops: ["stale"],
};

/** To whom a page is offered, and one to whom it is not, if there is one: of another organisation if possible. */
function visitorsOf({ isFor }: RegisteredPage): Pick<Cell, "person" | "is_offered">[] {
  const offered = people.filter(({ claims }) => isFor(claims));
  const [other] = people.filter(({ claims }) => !isFor(claims)).toReversed();
  return [
    ...offered.map(({ name }) => ({ person: name, is_offered: "offered" as const })),
    ...(other === undefined ? [] : [{ person: other.name, is_offered: "not offered" as const }]),
  ];
}

export const CELLS: readonly Cell[] = PAGES.flatMap((page) =>
  visitorsOf(page).flatMap((visitor) =>
    (Object.keys(STATES) as Cell["state"][])
      .filter((state) => state !== "too_few" || withTooFew.has(page.path))
      .filter((state) => NEVER[page.path]?.includes(state) !== true)
      // Without rows of one's own nothing in them can be changed: the other states are the refusal again.
      .filter((state) => visitor.is_offered === "offered" || stateOf(state).is_without_rows === true)
      .flatMap((state) => THEMES.map((theme) => ({ page: page.path, ...visitor, state, theme })))
  )
);

/**
 * Those of every run: each page, each state and each person in both themes, each page with rows, and each page for a
 * person who is not offered it.
 */
export const SAMPLE: readonly Cell[] = covering(
  CELLS.map((cell) => ({ ...cell, has_rows: cell.is_offered === "offered" && cell.state === "rows" ? "rows" : "any" })),
  [["page", "theme"], ["state", "theme"], ["person", "theme"], ["page", "is_offered"], ["page", "has_rows"]],
  dice(20_261_130),
);
