/** A server of nothing but system calls, for tests of health checks: no image has to bring one. */
import { CALLS, FIRST_RESULT, syscallProgram, type Syscall } from './syscall-program.fixture.ts'

export type Server = {
  port: number
  /** So long it waits before it listens. @default 0 */
  after?: number
  /**
   * What it sends to one connection after another, having written to its output what was asked. After
   * the last one it takes none, and sleeps.
   */
  answers?: readonly string[]
}

const REQUEST_BYTES = 200

export function serverProgram({ port, after = 0, answers = [] }: Server): Buffer {
  const [stdout, connection] = [1, 4]
  const request = new Uint8Array(REQUEST_BYTES)
  const sleep = (seconds: number): Syscall => [
    CALLS.nanosleep,
    new Uint8Array(new BigInt64Array([BigInt(seconds), 0n]).buffer),
    0,
  ]
  const address = Buffer.alloc(16)
  address.writeUInt16LE(2, 0)
  address.writeUInt16BE(port, 2)
  return syscallProgram([
    [CALLS.socket, 2, 1, 0],
    sleep(after),
    [CALLS.bind, FIRST_RESULT, address, address.length],
    [CALLS.listen, FIRST_RESULT, 16],
    ...answers.flatMap((answer): Syscall[] => [
      [CALLS.accept, FIRST_RESULT, 0, 0],
      [CALLS.read, connection, request, request.length],
      [CALLS.write, stdout, request, request.length],
      [CALLS.write, connection, Buffer.from(answer), Buffer.byteLength(answer)],
      [CALLS.close, connection],
    ]),
    sleep(3600),
  ])
}

/** The start of an HTTP answer, and all that a health check reads. */
export function httpAnswer(status: number): string {
  return `HTTP/1.1 ${status} As It Is\r\nContent-Length: 0\r\n\r\n`
}
