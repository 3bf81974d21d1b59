/** How many items a page holds when nothing is said. */
export const DEFAULT_PAGE_SIZE = 20
/** A hundred rows with their bodies are under 2 MB, about as much as one answer should be. */
export const MAX_PAGE_SIZE = 100
