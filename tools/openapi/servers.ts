import type { Json } from "./json.ts";

/** The servers of paths below /functions/v1: the read function's are in a folder, the others begin with their name. */
export function serversOf(folder: "" | "/analytics"): readonly Json[] {
  return [
    { url: `/functions/v1${folder}`, description: "The project that serves this document" },
    {
      url: `https://{project_ref}.supabase.co/functions/v1${folder}`,
      description: "A project on Supabase",
      variables: { project_ref: { default: "your-project-ref" } },
    },
    { url: `http://127.0.0.1:54321/functions/v1${folder}`, description: "The local product" },
  ];
}
