/** An error as Clerk's Backend API answers it (its schema ClerkErrors). */
export function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  const errors = [{ code, message, long_message: message }];
  return Response.json({ errors, clerk_trace_id: crypto.randomUUID() }, { status, headers });
}
