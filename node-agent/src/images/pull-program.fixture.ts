/** Fetches one image as an agent does, in a process of its own: what it trusts, it was started with. */
import type { Digest } from '@covenant/schema/image'
import { createAddressCheck } from './addresses.ts'
import { createCredentials } from './credentials.ts'
import { pullImage } from './pull.ts'
import { createImageStore } from './store.ts'

const [folder = '', auth = '', host = '', digest] = process.argv.slice(2)
const store = await createImageStore(folder)
try {
  await pullImage({
    reference: { host, repository: 'demo', tag: undefined, digest: digest as Digest },
    access: {
      mayConnect: createAddressCheck({ hosts: [host], privateAddresses: ['127.0.0.1'] }),
      credentials: createCredentials(auth),
    },
    ...{ store, maxBytes: 1 << 20 },
  })
  console.log('fetched')
} catch (error) {
  console.log(String(error))
}
