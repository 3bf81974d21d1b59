import { createServer } from 'node:net'

export type PortUse = { port: number; what: string; flag: string; variable: string }

/** A port that Covenant needs is taken; the message names the port and the flag that moves it. */
export class PortInUse extends Error {
  override name = 'PortInUse'
  readonly use: PortUse
  constructor(use: PortUse) {
    super(
      `port ${use.port}, wanted for the ${use.what}, is in use by another program; ` +
        `choose another with ${use.flag} PORT or ${use.variable}=PORT`,
    )
    this.use = use
  }
}

/** Throws {@link PortInUse} for the first of these that cannot be listened on (loopback). */
export async function checkPorts(uses: PortUse[]): Promise<void> {
  for (const use of uses) {
    if (!(await canListen(use.port))) throw new PortInUse(use)
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true))
    })
  })
}
