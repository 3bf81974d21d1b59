export { AnotherChain, Inconsistent, SecondWriter } from './errors.ts'
export { runIndexer, type RunOptions } from './run.ts'
export type { Head } from './stores/head.ts'
