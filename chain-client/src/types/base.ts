/** 0x and lowercase hexadecimal digits. */
export type Hex = `0x${string}`
/** An account's address, prefix 42. */
export type Account = string
/** Any value as JSON has it; amounts and numbers beyond 2^53 are decimal strings. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
