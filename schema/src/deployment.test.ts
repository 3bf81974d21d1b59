import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyResources, parseBody } from './body.ts'
import { readDeployment } from './deployment.ts'
import { InvalidFile } from './yaml-document.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const FILE = `# A comment.
apiVersion: covenant/v1
kind: Deployment
name: shop
owner: group:12
budget: { max: "45 COV", per: month }
placement: { node: 7 }
services:
  web:
    image: 127.0.0.1:4001/shop/web:1.4@${DIGEST}
    command: [/bin/web]
    env: { LOG_LEVEL: info }
    resources: { cpu: 500m, memory: 256Mi, disk: 1Gi }
`

test('a file becomes the body, its resources and the rate that its budget allows', () => {
  const { deployment, body, bytes, maxRate } = readDeployment(FILE, 'shop.yaml')
  assert.deepEqual(deployment.owner, { type: 'group', id: 12 })
  assert.equal(deployment.placement?.node, 7)
  assert.deepEqual(bodyResources(body), {
    cpu: 500,
    memory: 256,
    storage: 1024,
    gpus: 0,
    publicIpv4: 0,
  })
  assert.deepEqual(parseBody(bytes), body)
  // 45 COV over 2,592,000 s, rounded down: the budget is never exceeded.
  assert.equal(maxRate, 17_361_111_111_111n)
  assert.ok(maxRate * 2_592_000n <= deployment.budget.max)
})

test('comments, order, defaults written out, owner, budget and placement leave the hash as it is', () => {
  const { hash } = readDeployment(FILE, 'shop.yaml')
  const rewritten = `
kind: Deployment
apiVersion: covenant/v1
name: "shop"
budget: { max: 1 COV, per: hour }
services:
  web:
    restart: always # the default
    network: none
    resources: { memory: 256Mi, disk: 1024Mi, cpu: 500m }
    env:
      LOG_LEVEL: info
    command:
      - /bin/web
    image: 127.0.0.1:4001/shop/web:1.4@${DIGEST}
`
  assert.equal(readDeployment(rewritten, 'other.yaml').hash, hash)
})

test('where it is to run is one node, several, or so many of a region', () => {
  const placed = (placement: string) =>
    readDeployment(FILE.replace('{ node: 7 }', placement), 'f.yaml').deployment.placement
  assert.deepEqual(placed('{ nodes: [7, 9] }'), { nodes: [7, 9] })
  const chosen = { nodes: { region: ['eu'] }, replicas: 3 }
  assert.deepEqual(placed('{ nodes: { region: [eu] }, replicas: 3 }'), chosen)
})

const refused: [name: string, from: string, to: string, message: RegExp][] = [
  [
    'another kind',
    'kind: Deployment',
    'kind: Deploymnt',
    /^f\.yaml:3:7: kind: must be Deployment$/,
  ],
  [
    'another version',
    'covenant/v1',
    'covenant/v2',
    /^f\.yaml:2:13: apiVersion: must be covenant\/v1$/,
  ],
  [
    'an unknown key',
    '    env:',
    '    enw:',
    /^f\.yaml:12:5: services\.web\.enw: unknown key; known here: image, command, env, resources, restart, network, healthCheck, volumes$/,
  ],
  [
    'a duplicate key',
    '    env:',
    '    command: [/bin/sh]\n    env:',
    /^f\.yaml:12:5: this key is written twice/,
  ],
  [
    'a missing key',
    '    command: [/bin/web]\n',
    '',
    /^f\.yaml:9:3: services\.web\.command: missing$/,
  ],
  [
    'a bad quantity of cpu',
    '500m',
    '0.5',
    /^f\.yaml:13:23: services\.web\.resources\.cpu: 0\.5: write milli-cores as 500m, or whole cores as 2$/,
  ],
  [
    'a bad quantity of memory',
    '256Mi',
    '256MB',
    /^f\.yaml:13:37: services\.web\.resources\.memory: "256MB": write MiB as 64Mi, or GiB as 2Gi$/,
  ],
  [
    'a quantity beyond what the chain counts',
    '1Gi',
    '9999999999Gi',
    /^f\.yaml:13:50: services\.web\.resources\.disk: /,
  ],
  [
    'a tag without a digest',
    `@${DIGEST}`,
    '',
    /^f\.yaml:10:12: services\.web\.image: .*a digest is required.*"covenant image pin 127\.0\.0\.1:4001\/shop\/web:1\.4" asks.*"covenant image pack"/,
  ],
  [
    'a short digest',
    DIGEST,
    'sha256:abc',
    /^f\.yaml:10:12: services\.web\.image: .*64 lower-case hex digits/,
  ],
  ['a tab', '    command', '\tcommand', /^f\.yaml:11:1: a tab cannot indent: use spaces$/],
  [
    'a number as a variable',
    'LOG_LEVEL: info',
    'PORT: 8080',
    /^f\.yaml:12:18: services\.web\.env\.PORT: must be text; put .* in quotes$/,
  ],
  [
    'a variable that is none',
    'LOG_LEVEL',
    '1ST',
    /^f\.yaml:12:12: services\.web\.env\.1ST: not a variable/,
  ],
  ['a service that is no name', '  web:', '  Web:', /^f\.yaml:9:3: services\.Web: not a name/],
  [
    'a command as text',
    '[/bin/web]',
    '/bin/web',
    /^f\.yaml:11:14: services\.web\.command: must be a list, as in \[one, two\]$/,
  ],
  ['an empty command', '[/bin/web]', '[]', /^f\.yaml:11:14: services\.web\.command: empty/],
  ['a bare number as a budget', '"45 COV"', '45', /^f\.yaml:6:16: budget\.max: must be text/],
  [
    'an amount without its unit',
    '45 COV',
    '45',
    /^f\.yaml:6:16: budget\.max: "45" is not an amount: write it as "12\.5 COV"/,
  ],
  [
    'an owner that is none',
    'group:12',
    'group:0',
    /^f\.yaml:5:8: owner: "group:0" is no owner: write group:ID or an address$/,
  ],
  [
    'an address with a typing error',
    'group:12',
    '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ',
    /^f\.yaml:5:8: owner: .* is no owner/,
  ],
  [
    'an alias',
    'name: shop',
    'name: &a shop\nkind2: *a',
    /^f\.yaml:5:8: anchors and aliases are not used here/,
  ],
  ['a tag', 'name: shop', 'name: !secret shop', /^f\.yaml:4:7: tags are not used here/],
  ['an open quote', 'name: shop', 'name: "shop', /^f\.yaml:\d+:\d+: /],
  [
    'another document',
    'placement: { node: 7 }',
    '---\nplacement: { node: 7 }',
    /^f\.yaml:7:1: one document per file/,
  ],
  [
    'a place that is said twice',
    'node: 7',
    'node: 7, nodes: [8]',
    /^f\.yaml:7:30: placement\.nodes: write node or nodes, not both$/,
  ],
  [
    'a count beside nodes that are named',
    'node: 7',
    'nodes: [7, 8], replicas: 3',
    /^f\.yaml:7:39: placement\.replicas: each node that is named has one/,
  ],
  [
    'a node that is named twice',
    'node: 7',
    'nodes: [7, 7]',
    /^f\.yaml:7:21: placement\.nodes: a node is named twice/,
  ],
  [
    'nodes that are neither ids nor regions',
    'node: 7',
    'nodes: eu',
    /^f\.yaml:7:21: placement\.nodes: must be ids of nodes, as in \[1, 2\], or where they are/,
  ],
  [
    'a health check of no kind',
    '    env:',
    '    healthCheck: { retries: 2 }\n    env:',
    /^f\.yaml:\d+:18: services\.web\.healthCheck: write either http: \{ port, path \} or tcp: \{ port \}$/,
  ],
  [
    'an unknown key of a health check',
    '    env:',
    '    healthCheck: { tcp: { port: 80 }, interval: 10s }\n    env:',
    /^f\.yaml:\d+:\d+: services\.web\.healthCheck\.interval: unknown key; known here: http, tcp, intervalSeconds, /,
  ],
  ...(
    [
      [
        'in /proc',
        'data: { size: 1Gi }',
        '{ name: data, mountPath: /proc/x }',
        'mountPath: /dev, /proc, /tmp are the sandbox',
      ],
      [
        'at no path',
        'data: { size: 1Gi }',
        '{ name: data, mountPath: data }',
        'mountPath: not a path of a folder',
      ],
      [
        'above itself',
        'data: { size: 1Gi }',
        '{ name: data, mountPath: /a/../b }',
        'mountPath: not a path of a folder',
      ],
      [
        'within another',
        'data: { size: 1Gi }, b: { size: 1Gi }',
        '{ name: data, mountPath: /a }, { name: b, mountPath: /a/b }',
        'mountPath: it overlaps /a',
      ],
      [
        'without a size',
        'b: { size: 1Gi }',
        '{ name: b, mountPath: /b }, { name: data, mountPath: /a }',
        'name: no volume has this name: say its size under volumes.data',
      ],
      [
        'twice',
        'data: { size: 1Gi }',
        '{ name: data, mountPath: /a }, { name: data, mountPath: /b }',
        'name: it is mounted in web already',
      ],
    ] as const
  ).map(([what, volumes, mounts, message]): [string, string, string, RegExp] => [
    `a volume mounted ${what}`,
    'services:\n  web:\n',
    `volumes: { ${volumes} }\nservices:\n  web:\n    volumes: [${mounts}]\n`,
    new RegExp(`^f\\.yaml:11:\\d+: services\\.web\\.volumes\\.\\d\\.${message}[^\\n]*$`),
  ]),
  [
    'a volume that nobody mounts',
    'services:',
    'volumes: { data: { size: 1Gi } }\nservices:',
    /^f\.yaml:8:18: volumes\.data: no service mounts it$/,
  ],
  [
    'a volume without room for a file system',
    'services:\n  web:\n',
    'volumes: { data: { size: 8Mi } }\nservices:\n  web:\n    volumes: [{ name: data, mountPath: /data }]\n',
    /^f\.yaml:8:26: volumes\.data\.size: less than 16 MiB/,
  ],
  ['a list', FILE, '- one\n', /^f\.yaml:1:1: must hold keys and values/],
  ['nothing', FILE, '', /^f\.yaml:1:1: must hold keys and values/],
  [
    'a body that is too long',
    'info',
    'x'.repeat(17_000),
    /^f\.yaml:1:1|^f\.yaml:2:1: \d+ bytes long, at most 16384/,
  ],
]
for (const [name, from, to, message] of refused) {
  test(`${name} is refused with its place and what would have worked`, () => {
    const text = FILE.replace(from, to)
    assert.notEqual(text, FILE, 'the case changes the file')
    assert.throws(
      () => readDeployment(text, 'f.yaml'),
      (error) => {
        assert.ok(error instanceof InvalidFile, String(error))
        assert.match(error.message, message)
        return true
      },
    )
  })
}

test('a health check goes into the body with its defaults written out', () => {
  const check = '    healthCheck: { http: { port: 8080 }, retries: 5 }\n    env:'
  const { body } = readDeployment(FILE.replace('    env:', check), 'f.yaml')
  assert.deepEqual(body.services['web']?.healthCheck, {
    http: { port: 8080, path: '/' },
    ...{ intervalSeconds: 10, timeoutSeconds: 5, startPeriodSeconds: 30, retries: 5 },
  })
})

test('volumes go into the body, and their sizes into what the contract reserves', () => {
  const text = FILE.replace(
    'services:\n  web:\n',
    `volumes: { data: { size: 2Gi, keepOnDelete: true }, logs: { size: 16Mi } }
services:
  web:
    volumes: [{ name: data, mountPath: /var/lib/data }, { name: logs, mountPath: /var/log }]
`,
  )
  const { body, bytes } = readDeployment(text, 'f.yaml')
  assert.deepEqual(body.volumes, {
    data: { size: 2048, keepOnDelete: true },
    logs: { size: 16, keepOnDelete: false },
  })
  assert.equal(bodyResources(body).storage, 1024 + 2048 + 16)
  assert.deepEqual(parseBody(bytes), body)
})

const unsupported: [from: string, to: string][] = [
  ['    env:', '    secrets: [{ name: db-url, env: DATABASE_URL }]\n    env:'],
  ['    env:', '    ports: [{ name: http, containerPort: 8080 }]\n    env:'],
  ['    env:', '    network: egress\n    env:'],
]
for (const [from, to] of unsupported) {
  const key = /(\w+):/.exec(to)?.[1]
  test(`${key} is refused by name, as not supported yet`, () => {
    assert.throws(
      () => readDeployment(FILE.replace(from, to), 'f.yaml'),
      new RegExp(`^InvalidFile: f\\.yaml:\\d+:\\d+: [a-z.]*${key}: .*supported by covenant/v1 yet`),
    )
  })
}

test('all that is wrong is told at once, in the order of the file', () => {
  const text = FILE.replace('kind: Deployment', 'kind: Pod').replace('500m', '1.5')
  assert.throws(
    () => readDeployment(text, 'f.yaml'),
    /^InvalidFile: f\.yaml:3:7: .*\nf\.yaml:13:23: [^\n]*$/,
  )
})

test('what only the whole body shows is told at once, too', () => {
  const huge = FILE.replace('500m', '9999999').replace('1Gi', '9999999999Mi')
  assert.throws(
    () => readDeployment(huge, 'f.yaml'),
    /^InvalidFile: f\.yaml:13:23: services\.web\.resources\.cpu: more than the chain can count.*\nf\.yaml:13:\d+: services\.web\.resources\.disk: [^\n]*$/,
  )
})
