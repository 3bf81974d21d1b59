import { createRequire } from 'node:module'

/**
 * Loads the CommonJS build of a polkadot-js package.
 *
 * Its ES modules take three times as long: Node reads the package's list of exports, which is long,
 * again for each of its hundreds of files. All of them have to come by this road, since one that
 * came by both would be there twice.
 */
export const load = createRequire(import.meta.url)
