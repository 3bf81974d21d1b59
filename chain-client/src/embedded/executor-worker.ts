/**
 * The thread in which the runtime runs: chopsticks-core's own worker, less its chatter.
 *
 * It prints every line that the runtime logs, which comes with the answer anyway. Only of a run that
 * fails there is no answer: what the runtime says of its panic is printed as an error, and stays.
 */
const silent = () => {}
Object.assign(console, { log: silent, info: silent, debug: silent, warn: silent })

await import('@acala-network/chopsticks-core/wasm-executor/node-wasm-executor')
