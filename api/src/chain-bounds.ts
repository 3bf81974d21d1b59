// Constants of the chain that readings of its rows depend on; docs/chain.md lists them.

/** `MaxMembers`: how many members a group has at most. */
export const MAX_MEMBERS = 64

/** `Window`, in chain seconds: for so long after a sign of life a node counts as live. */
export const WINDOW_SECONDS = 1_200
