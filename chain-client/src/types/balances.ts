/** `reason` is pallet and word as in `groups.Proposal` or `contracts.Escrow`. */
export type Hold = { reason: string; amount: bigint }
/** What an account owns is `free + reserved`; `held` says what `reserved` is for. */
export type Balance = { free: bigint; reserved: bigint; held: Hold[] }
