/** The users of the demo tokens. Their ids are fixed, so that sample data can belong to them. */
export const demoUsers = {
  admin: "a0000000-0000-4000-8000-000000000001",
  member: "a0000000-0000-4000-8000-000000000002",
  other_tenant: "a0000000-0000-4000-8000-000000000003",
} as const;

export const demoOrganisations = {
  first: "b0000000-0000-4000-8000-000000000001",
  other: "b0000000-0000-4000-8000-000000000002",
} as const;
