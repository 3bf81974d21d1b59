/**
 * How Node runs an agent: in little memory rather than fast, since it waits nearly all the time and
 * shares its machine with what it is there for.
 */
export const AGENT_FLAGS: readonly string[] = ['--max-semi-space-size=2', '--optimize-for-size']

/** One heap for all threads of the process instead of one for each, which are never used up. */
export const AGENT_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' }
