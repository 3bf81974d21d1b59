/** Comes without declarations: it exports nothing, and serves what its `WasmExecutor` type says. */
declare module '@acala-network/chopsticks-core/wasm-executor/node-wasm-executor'
