/** The least that a server can do. */
export default { fetch: () => new Response("hello") };
