import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { z } from 'zod'
import { askApi, askList } from './api.ts'
import { CliError } from './errors.ts'

async function withServer(listener: RequestListener, work: (url: string) => Promise<void>) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const shape = z.object({ meta: z.object({ height: z.number() }) })
const ask = (url: string) => askApi(url, { query: '{ meta { height } }', shape })

const strangers: [name: string, answer: string][] = [
  ['a web page', '<!doctype html><title>Hello</title>'],
  ['other JSON', '["hello"]'],
  ['an answer of another shape', '{"data":{"meta":{"height":"7"}}}'],
  ['an answer without data', '{}'],
]
for (const [name, answer] of strangers) {
  test(`${name} is taken for no API of this version: code 7`, () =>
    withServer(
      (_, response) => response.end(answer),
      (url) =>
        assert.rejects(
          ask(url),
          (error) =>
            error instanceof CliError && error.exitCode === 7 && error.message.includes(url),
        ),
    ))
}

test('what the API refuses is told in its own words', () =>
  withServer(
    (_, response) => response.end('{"errors":[{"message":"state: no such word"}]}'),
    (url) =>
      assert.rejects(
        ask(url),
        (error) =>
          error instanceof CliError &&
          error.exitCode === 1 &&
          /state: no such word/.test(error.message),
      ),
  ))

test('a list is read page by page, up to its limit, and says whether there is more', () => {
  const all = Array.from({ length: 250 }, (_, id) => ({ id: String(id) }))
  const asked: number[] = []
  return withServer(
    async (request, response) => {
      let text = ''
      for await (const chunk of request) text += String(chunk)
      const { first, after, node } = JSON.parse(text).variables
      assert.equal(node, 3)
      asked.push(first)
      const start = after === null ? 0 : Number(after)
      const end = start + Math.min(first, 100)
      const pageInfo = { hasNextPage: end < all.length, endCursor: String(end) }
      const list = { nodes: all.slice(start, end), pageInfo }
      response.end(JSON.stringify({ data: { meta: { height: 9 }, list } }))
    },
    async (url) => {
      const read = (limit: number) =>
        askList(url, {
          list: 'contracts',
          filters: { node: ['ID', 3], owner: ['String', undefined] },
          fields: 'id',
          item: z.object({ id: z.string() }),
          limit,
        })
      const some = await read(120)
      assert.deepEqual([some.items.length, some.more, some.height], [120, true, 9])
      assert.deepEqual(asked, [100, 20])
      const whole = await read(1000)
      assert.deepEqual([whole.items.length, whole.more], [250, false])
      assert.deepEqual(whole.items, all)
    },
  )
})
