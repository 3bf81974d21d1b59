import { bodyFacts } from '@covenant/schema/body-facts'
import { toText } from './json.ts'
import { changeOne, type Transaction } from './transaction.ts'

export type BodyStore = {
  note(body: { hash: string; bytes: Buffer; who: string; deposit: bigint }): Promise<void>
  drop(body: { hash: string; who: string }): Promise<void>
  /** The chain has not got the bytes any more; the row keeps them. */
  remove(hash: string): Promise<void>
  /** Counts one spec that names the body. */
  refer(hash: string): Promise<void>
  /** Counts the specs that a contract names less: the one that runs and the one on offer. */
  forget(contract: number): Promise<void>
  /** Counts the spec that runs less, where one does. */
  forgetRunning(contract: number): Promise<void>
  /** Counts the spec on offer less. */
  forgetPending(contract: number): Promise<void>
}

export function createBodyStore(transaction: Transaction, height: number): BodyStore {
  const change = (hash: string, assignments: string) =>
    changeOne(
      transaction,
      `body ${hash}`,
      `UPDATE bodies SET changed_height = $2, ${assignments} WHERE hash = $1`,
      [hash, height],
    )
  const forget = async (contract: number, versions: string) => {
    await transaction.query(
      `UPDATE bodies SET changed_height = $2, reference_count = reference_count - named.times
       FROM (SELECT body_hash, count(*) AS times FROM specs JOIN contracts ON contracts.id = contract_id
         WHERE contract_id = $1 AND specs.version IN (${versions}) GROUP BY body_hash) AS named
       WHERE hash = named.body_hash`,
      [contract, height],
    )
  }
  return {
    async note({ hash, bytes, who, deposit }) {
      const text = toText(bytes)
      const { name, imageDigests } = bodyFacts(text)
      await transaction.query(
        `INSERT INTO bodies (hash, bytes, text, reference_count, created_height, changed_height, name, image_digests)
         VALUES ($1, $2, $3, 0, $4, $4, $5, $6)
         ON CONFLICT (hash) DO UPDATE SET removed_height = NULL, changed_height = excluded.changed_height`,
        [hash, bytes, text, height, name, imageDigests],
      )
      await transaction.query(
        'INSERT INTO body_holders (body_hash, account, deposit, created_height) VALUES ($1, $2, $3, $4)',
        [hash, who, deposit, height],
      )
    },

    async drop({ hash, who }) {
      await change(hash, 'reference_count = reference_count')
      await changeOne(
        transaction,
        `the holder ${who} of body ${hash}`,
        'DELETE FROM body_holders WHERE body_hash = $1 AND account = $2',
        [hash, who],
      )
    },

    remove: (hash) => change(hash, 'removed_height = $2'),

    refer: (hash) => change(hash, 'reference_count = reference_count + 1'),

    forget: (contract) => forget(contract, 'running_version, pending_version'),
    forgetRunning: (contract) => forget(contract, 'running_version'),
    forgetPending: (contract) => forget(contract, 'pending_version'),
  }
}
