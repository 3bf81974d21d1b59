import { builder } from '../builder.ts'
import './account.ts'
import './contract.ts'
import './event.ts'
import './group.ts'
import './hint.ts'
import './meta.ts'
import './node.ts'
import './proposal.ts'
import './scalars.ts'
import './search.ts'
import './spec.ts'
import './stats.ts'
import './work.ts'

builder.queryType({
  description:
    'Everything can be read by anybody, and nothing can be changed: that the chain does.',
})

export const schema = builder.toSchema({ sortSchema: false })
