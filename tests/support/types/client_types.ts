import type { z } from "zod";

/** true if both types are the same, however they are written. */
export type Same<Left, Right> = (<T>() => T extends Flat<Left> ? 1 : 2) extends (<T>() => T extends Flat<Right> ? 1 : 2)
  ? true
  : false;

/** The number of checks; does not compile if one of them is false. */
export type Every<Checks extends readonly true[]> = Checks["length"];

type Flat<T> = { readonly [Key in keyof T]: T[Key] };

/**
 * The parameters that an application writes: numbers and flags as numbers and booleans, all others as the text in the
 * URL; optional if the schema makes them optional.
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

/** The rows that an application reads. */
export type Rows<Schema extends z.ZodObject> = z.output<Schema>;
