/** One thing that has to be so, and where it is not, the one thing that helps. */
export type Check =
  | { name: string; ok: true; detail: string }
  | { name: string; ok: false; detail: string; help: string }
