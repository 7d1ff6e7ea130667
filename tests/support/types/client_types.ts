import type { z } from "zod";

/** true when both types are the same, whichever way they were written down. */
export type Same<Left, Right> = (<T>() => T extends Flat<Left> ? 1 : 2) extends (<T>() => T extends Flat<Right> ? 1 : 2)
  ? true
  : false;

/** How many there are; does not compile when one of them is false. */
export type Every<Checks extends readonly true[]> = Checks["length"];

type Flat<T> = { readonly [Key in keyof T]: T[Key] };

/**
 * What an application writes: a number or a flag as what it is, the rest as the text that goes into the URL; left out where
 * the schema lets it be left out.
 */
export type Asked<Schema extends z.ZodObject> = {
  readonly [Key in keyof z.input<Schema>]: Written<
    z.input<Schema>[Key],
    z.output<Schema>[Key & keyof z.output<Schema>]
  >;
};

type Written<Input, Output> =
  | (Output extends string | number | boolean | undefined ? Output : Input)
  | (undefined extends Input ? undefined : never);

/** What an application reads. */
export type Rows<Schema extends z.ZodObject> = z.output<Schema>;
