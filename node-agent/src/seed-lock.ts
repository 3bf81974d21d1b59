import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Makes sure that one agent at a time acts for `account` on this host, whatever its folder: two with one
 * seed would each stop and start what the other runs. Held by a socket without a file, to which nobody
 * can connect to any effect and which the kernel takes back when this process ends, however it ends.
 * Answers what gives it back. @throws when another agent has it
 */
export async function lockSeed(account: string): Promise<() => void> {
  const server = createServer((socket) => socket.destroy())
  server.listen({ path: `\0covenant-agent/${account}` })
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Error(
      `another agent with this seed (${account}) runs on this host: stop it, or give this one a seed of its own`,
      { cause: error },
    )
  }
  server.unref()
  return () => void server.close()
}
