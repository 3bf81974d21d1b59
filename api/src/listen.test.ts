import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { listen } from './listen.ts'

test('a caller who does not come to the end of a request is told so, and loses the connection', async () => {
  const { port, close } = await listen(() => {}, 0, { requestMs: 50 })
  const sendings = [
    'GET / HTTP/1.1\r\nhost: x\r\n',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{',
  ]
  for (const sent of sendings) {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    socket.write(sent)
    await once(socket, 'close')
    assert.match(answer, /^HTTP\/1\.1 408 /, sent)
  }
  await close()
})
