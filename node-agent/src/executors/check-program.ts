/**
 * What a health check runs in the workload's network, in a process without rights. It is sent as text,
 * so it uses nothing but what it is given and what Node has; it prints what is wrong, or nothing.
 */
function checkProgram(port: number, path: string | null, timeoutMs: number): void {
  const { connect } = process.getBuiltinModule('node:net')
  const answer = (text: string) => {
    process.stdout.write(text, () => process.exit(0))
  }
  const seconds = timeoutMs / 1000
  setTimeout(() => answer(`port ${port} did not answer within ${seconds} s`), timeoutMs)
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', ({ message }) => answer(message))
  socket.on('connect', () => {
    if (path === null) return answer('')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  })
  let head = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    head += text
    const status = /^HTTP\/1\.[01] ([0-9]{3})[ \r\n]/.exec(head)?.[1]
    if (status !== undefined) answer(/^[23]/.test(status) ? '' : `GET ${path} answered ${status}`)
    else if (head.length > 64) answer(`port ${port} does not speak HTTP`)
  })
  socket.on('end', () => answer(`port ${port} closed the connection without an answer`))
}

/** The source for `node -e`. Only numbers and quoted text get into it. */
export function checkSource(port: number, path: string | null, timeoutMs: number): string {
  const values = [port, path, timeoutMs].map((value) => JSON.stringify(value)).join(', ')
  return `(${checkProgram.toString()})(${values})`
}
