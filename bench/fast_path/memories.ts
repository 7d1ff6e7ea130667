/** One memory of a cache hit, and what takes it out of a copy of the code. */
export interface Memory {
  readonly name: string;
  readonly edits: readonly Edit[];
}

/** Replaces a text that must be in the file, once. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The memories that the product has. Each is taken out alone, so that its variant is the product without this one memory.
 * Those that were deleted are in the version of this file that bench/results/fast_path.md names.
 */
export const MEMORIES: readonly Memory[] = [
  {
    name: "checked questions, by their text",
    edits: [{
      file: "shared/http/routes/serve_resource.ts",
      from: "fast_path.rememberQuestions(checkerOf(resource, hash))",
      to: "checkerOf(resource, hash)",
    }],
  },
  {
    name: "scope of a caller",
    edits: [{
      file: "shared/http/routes/serve_resource.ts",
      from: "fast_path.rememberScopes((caller) => deriveScope(resource, caller, hash))",
      to: "(caller: Caller) => deriveScope(resource, caller, hash)",
    }],
  },
  {
    name: "kept responses",
    edits: [{
      file: "shared/http/routes/serve_resource.ts",
      from: "fast_path.copyOf(answer, form) ?? fast_path.keep(answer, form, write(answer, form))",
      to: "write(answer, form)",
    }],
  },
  {
    name: "ready states",
    edits: [{
      file: "shared/read/readiness.ts",
      from: "if (known !== undefined) return known;",
      to: "if (known !== undefined && NaN) return known;",
    }],
  },
  {
    name: "fingerprint of a resource's definition",
    edits: [{
      file: "shared/read/reader.ts",
      from: "if (known !== undefined) return known;",
      to: "if (known !== undefined && NaN) return known;",
    }],
  },
  {
    name: "verified credentials, by their text",
    edits: [{
      file: "shared/adapters/supabase/verified_callers.ts",
      from: "recent.get(credential) ?? this.#callers.get(this.#hash(credential))",
      to: "this.#callers.get(this.#hash(credential))",
    }],
  },
];
