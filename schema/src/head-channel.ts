/** The channel that is told of each new head, with its height as the payload, when the head is committed. */
export const HEAD_CHANNEL = 'covenant_head'
