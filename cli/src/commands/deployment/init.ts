import { writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { DEPLOYMENT_JSON_SCHEMA } from '@covenant/schema/json-schema'
import { readDeployment } from '@covenant/schema/deployment'
import { InvalidFile } from '@covenant/schema/yaml-document'
import type { Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'

export type InitOptions = { file?: string; name?: string; image?: string | undefined }

const ROOT = join(import.meta.dirname, '../../../..')
/** Stands where a person has to write an image of their own; its digest is nothing's. */
const PLACEHOLDER = `127.0.0.1:4001/hello@sha256:${'0'.repeat(64)}`

/** Writes a deployment file in which every line says what it is for. Never over another file. */
export async function init({
  file = 'deployment.yaml',
  name,
  image,
}: InitOptions): Promise<Report> {
  const called = name ?? basename(file).replace(/\.ya?ml$/, '')
  const text = template({ file, name: called, image: image ?? PLACEHOLDER })
  requireValid(text, { file, name: called, image })
  await writeNew(file, text)
  const next =
    image === undefined
      ? 'covenant image pack --name hello /bin/sh /bin/sleep, and write the reference that it prints behind "image:"'
      : `covenant plan ${file}`
  return { data: { file, name: called }, text: `Wrote ${file}.\nNext: ${next}` }
}

/** Only the name and the image are not ours. */
function requireValid(text: string, { file, name, image }: InitOptions): void {
  try {
    readDeployment(text, file ?? '')
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error
    const what = error.message.replaceAll(`${file}:`, '').replaceAll(/^\d+:\d+: /gm, '')
    const flags = image === undefined ? `--name ${name}` : `--name ${name}, --image ${image}`
    throw usageError(`${flags}: ${what}`, { cause: error })
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      throw usageError(`${file} is there already, and is left as it is: name another file`)
    }
    throw new CliError(`${file} cannot be written (${code})`, undefined, { cause: error })
  }
}

function template({ file, name, image }: { file: string; name: string; image: string }): string {
  const schema = relative(dirname(file), join(ROOT, DEPLOYMENT_JSON_SCHEMA))
  return `# yaml-language-server: $schema=${schema}
#
# A deployment: what a node is asked to run, and what it may cost. "covenant validate ${file}"
# checks it, "covenant plan ${file}" says what would happen.
apiVersion: covenant/v1
kind: Deployment
name: ${JSON.stringify(name)}

# Who is to own the contract: a group, or an address. Left out, it is whoever deploys.
# owner: group:1

# The most that it may cost: per hour, day or month (of 30 days). Its rate is the node's price on the
# day of the contract, and never moves.
budget: { max: '10 COV', per: month }

# Which node is to run it ("covenant node list"). It can be named on the command line instead.
# placement: { node: 1 }
# Several of them, each with a contract of its own, all created by one approval:
# placement: { nodes: [1, 2] }
# placement: { nodes: { region: [eu] }, replicas: 2 }

services:
  # Each service is a program with files, processes and limits of its own.
  main:
    # An image is named by its digest, so that what was approved is what runs.
    # "covenant image pin REFERENCE" prints the digest that a tag has now.
    image: ${JSON.stringify(image)}
    # There is no shell unless you name one: the first word is the program.
    command: [/bin/sh, -c, 'while true; do echo hello; /bin/sleep 5; done']
    # Public for ever once it is on a chain: no secrets here.
    env: { LOG_LEVEL: info }
    # Reserved on the node, and the limit of what it can use. 1000m is one core.
    resources: { cpu: 100m, memory: 64Mi, disk: 64Mi }
    # always (the default) | on-failure | never
    restart: always
    # How its node finds out whether it works, from within its own network; else what runs is well.
    # healthCheck: { http: { port: 8080, path: /healthz }, startPeriodSeconds: 30 }
    # healthCheck: { tcp: { port: 5432 } }
    # none (the default): it reaches nothing, and nothing reaches it.
    network: none
    # Folders that keep what is written there; nothing else that it writes outlives its program.
    # volumes: [{ name: data, mountPath: /data }]

# What they are given on the node, each for one service. With keepOnDelete a volume waits there for the
# next contract of this owner and name, once this one is closed.
# volumes: { data: { size: 1Gi, keepOnDelete: true } }
`
}
