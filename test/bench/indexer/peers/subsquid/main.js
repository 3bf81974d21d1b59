// Subsquid's processor as its manual has one written for speed: all blocks of a batch are gone through in memory, and
// each table is read and written once. DB_URL and RPC_URL say where.
'use strict'
const { SubstrateBatchProcessor } = require('@subsquid/substrate-processor')
const { TypeormDatabase } = require('@subsquid/typeorm-store')
const { apply } = require('./handler.js')

new SubstrateBatchProcessor()
  .setRpcEndpoint({ url: process.env.RPC_URL, capacity: 20, maxBatchCallSize: 100 })
  // Its default of five seconds is for chains that are far away.
  .setRpcDataIngestionSettings({ headPollInterval: 100 })
  .addEvent({})
  .includeAllBlocks()
  .setFields({ event: { name: true, args: true }, block: { timestamp: true } })
  .run(
    new TypeormDatabase({
      supportHotBlocks: false,
      isolationLevel: 'READ COMMITTED',
      projectDir: __dirname,
    }),
    apply,
  )
