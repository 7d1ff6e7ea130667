import type { z } from "zod";

/** true when both types are the same, whichever way they were written down. */
export type Same<Left, Right> = (<T>() => T extends Flat<Left> ? 1 : 2) extends (<T>() => T extends Flat<Right> ? 1 : 2)
  ? true
  : false;

/** How many there are; does not compile when one of them is false. */
export type Every<Checks extends readonly true[]> = Checks["length"];

type Flat<T> = { readonly [Key in keyof T]: T[Key] };

/** What an application writes: what the schema gives, left out where the schema lets it be left out. */
export type Asked<Schema extends z.ZodObject> = {
  readonly [Key in keyof z.input<Schema>]: Key extends keyof z.output<Schema>
    ? z.output<Schema>[Key] | (undefined extends z.input<Schema>[Key] ? undefined : never)
    : never;
};

/** What an application reads. */
export type Rows<Schema extends z.ZodObject> = z.output<Schema>;
