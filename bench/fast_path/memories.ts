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

/** Each is taken out alone, so that its variant is the product without this one memory. */
export const MEMORIES: readonly Memory[] = [
  {
    name: "checked questions, by their text",
    edits: [{
      file: "shared/http/request/questions.ts",
      from: "if (remembered !== undefined)",
      to: "if (remembered !== undefined && NaN)",
    }],
  },
  {
    name: "verified credentials, by their text (#recent)",
    edits: [{
      file: "shared/adapters/supabase/verified_callers.ts",
      from: "recent.get(credential) ?? this.#callers.get(this.#hash(credential))",
      to: "this.#callers.get(this.#hash(credential))",
    }],
  },
  {
    name: "scope of a caller",
    edits: [{
      file: "shared/http/routes/serve_resource.ts",
      from: "scopes.get(caller) ?? deriveScope(resource, caller, hash)",
      to: "deriveScope(resource, caller, hash)",
    }],
  },
  {
    name: "whether a spelling of Accept-Encoding likes gzip",
    edits: [{
      file: "shared/http/routes/serve_resource.ts",
      from: "memoize(likesGzip, MOST_CODINGS)",
      to: "(memoize, MOST_CODINGS, likesGzip)",
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
    name: "address of an answer, by scope (module level)",
    edits: [{
      file: "shared/read/cache_key.ts",
      from: "if (last?.resource === resource",
      to: "if (NaN && last?.resource === resource",
    }],
  },
  {
    name: "moments of a view's state (module level)",
    edits: [{
      file: "shared/read/view_state.ts",
      from: "if (known !== undefined) return known;",
      to: "if (known !== undefined && NaN) return known;",
    }],
  },
  {
    name: "combined states (module level)",
    edits: [{
      file: "shared/read/readiness.ts",
      from: "if (known !== undefined) return known;",
      to: "if (known !== undefined && NaN) return known;",
    }],
  },
  {
    name: "finished headers of a kept response",
    edits: [{
      file: "shared/http/response/kept_response.ts",
      from: "if (known !== undefined) return known.clone();",
      to: "if (known !== undefined && NaN) return known.clone();",
    }],
  },
  {
    name: "kept responses",
    edits: [{
      file: "shared/http/response/kept_answers.ts",
      from: "if (responses === null) return",
      to: "if (responses === null || !NaN) return",
    }],
  },
  {
    name: "shared part of a log line",
    edits: [{
      file: "shared/http/response/log_line.ts",
      from: "if (known !== undefined) return known;",
      to: "if (known !== undefined && NaN) return known;",
    }],
  },
  {
    name: "last HTTP date",
    edits: [{
      file: "shared/http/response/http_date.ts",
      from: "if (timestamp !== last)",
      to: "if (!NaN || timestamp !== last)",
    }],
  },
];
