import type postgres from "postgres";
import { packNames, spread } from "../tools/pack_folders.ts";

/** A person of a pack's sample data whose token `start` prints. */
export interface DemoPerson {
  /** One word, as in `status --json`. */
  readonly name: string;
  readonly title: string;
  readonly subject: string;
  /** Beside the standard ones. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A request that answers with rows of the sample. */
export interface DemoLine {
  readonly what: string;
  /** Behind /analytics, with its query. */
  readonly path: string;
  /** The name of a demo token; null asks with the publishable key alone. */
  readonly as: string | null;
}

/** What makes a first mail of the sample. */
export interface FirstMail {
  /** What arrives at the mailbox, and to whom. */
  readonly what: string;
  /** Run as postgres, in this order. */
  readonly statements: readonly string[];
}

/** What a pack's tables hold. They may be absent, and data of your own are not touched. */
export type SampleState = "absent" | "empty" | "sample" | "own";

/** What the local stack shows for a pack: the constant `demo` of its demo.ts. For a pack without that file it shows nothing. */
export interface PackDemo {
  readonly people?: readonly DemoPerson[];
  /** Of a pack that the sample has rows for (samples/oulad), or that has made-up ones. */
  readonly sample?: {
    state(sql: postgres.Sql): Promise<SampleState>;
    /** Adds rows that a first look should show and that the data set lacks. May be run again. */
    complete?(sql: postgres.Sql): Promise<void>;
  };
  /** Behind /functions/v1: where the mail provider reports bounces; for the local mailbox. */
  readonly mailEvents?: string;
  /** Behind /functions/v1: where Clerk reports changes; for the stand-in of Clerk. */
  readonly clerkEvents?: string;
  /** Null where the sample was not loaded. */
  firstMail?(sql: postgres.Sql): Promise<FirstMail | null>;
  /** Requests to paste; none where the sample was not loaded. */
  lines?(sql: postgres.Sql): Promise<readonly DemoLine[]>;
}

const withDemo = await spread(["packs/*/demo.ts"]);

/** Of every pack of this checkout, by its name. */
export const demos: ReadonlyMap<string, PackDemo> = new Map(
  await Promise.all(packNames().map(async (pack) => [pack, await demoOf(pack)] as const)),
);

async function demoOf(pack: string): Promise<PackDemo> {
  const file = `packs/${pack}/demo.ts`;
  if (!withDemo.includes(file)) return {};
  const module: { readonly demo: PackDemo } = await import(new URL(`../${file}`, import.meta.url).href);
  return module.demo;
}

export const demoPeople: readonly DemoPerson[] = [...demos.values()].flatMap(({ people = [] }) => people);

/** Null where no pack takes such reports. */
export function eventsPath(of: "mailEvents" | "clerkEvents"): string | null {
  return [...demos.values()].find((demo) => demo[of] !== undefined)?.[of] ?? null;
}
