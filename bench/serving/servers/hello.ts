/** The smallest possible server. */
export default { fetch: () => new Response("hello") };
