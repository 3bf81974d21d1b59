import { z } from 'zod'

const port = z
  .int('must be the number of a port')
  .min(1, 'must be the number of a port')
  .max(65_535, 'must be the number of a port, 65535 at most')

/** What the first line of a request can hold as it stands: nothing in it can end that line. */
const path = z
  .string()
  .max(1024, 'longer than 1024 characters')
  .regex(
    /^\/[!-~]*$/,
    'not a path: printable ASCII without spaces that begins with /, as in /healthz',
  )

const count = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`
  return z.int(message).min(least, message).max(most, message)
}

const kinds = {
  http: z.strictObject({ port, path }).optional(),
  tcp: z.strictObject({ port }).optional(),
}
const times = {
  intervalSeconds: count(1, 3600),
  timeoutSeconds: count(1, 60),
  startPeriodSeconds: count(0, 3600),
  retries: count(1, 100),
}

const exactlyOne = <S extends z.ZodType<{ http?: unknown; tcp?: unknown }>>(shape: S) =>
  shape.superRefine(({ http, tcp }, context) => {
    if ((http === undefined) !== (tcp === undefined)) return
    const message = 'write either http: { port, path } or tcp: { port }'
    context.addIssue({ code: 'custom', path: [], message })
  })

/** How a node finds out whether a program works, from within the program's own network. */
export const healthCheck = exactlyOne(z.strictObject({ ...kinds, ...times }))
export type HealthCheck = z.infer<typeof healthCheck>

/** As a person writes it: what has a default may be left out. */
export const healthCheckInput = exactlyOne(
  z.strictObject({
    http: z
      .strictObject({ port, path: path.default('/') })
      .optional()
      .describe('Well when the answer to GET is a status from 200 to 399; no redirect is followed'),
    tcp: kinds.tcp.describe('Well when a connection is taken'),
    intervalSeconds: times.intervalSeconds.default(10).describe('From one check to the next'),
    timeoutSeconds: times.timeoutSeconds.default(5).describe('How long one may take'),
    startPeriodSeconds: times.startPeriodSeconds
      .default(30)
      .describe('How long it may fail after a start, if it has not been well yet'),
    retries: times.retries
      .default(3)
      .describe('So many failures in a row, and the service is unhealthy'),
  }),
)
