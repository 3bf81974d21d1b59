/**
 * One thing that has to be so: `ok` with what was found, and where it is not so the one thing that
 * helps. Help with what is ok is a warning: it works, and something should be done.
 */
export type Check =
  | { name: string; ok: true; detail: string; help?: string }
  | { name: string; ok: false; detail: string; help: string }
