import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestOf } from './images.fixture.ts'
import { createImageStore, fileKey } from './store.ts'

const KILLS = 12
const NAMES = ['a', 'b', 'c', 'd', 'e']

/** Puts, discards and sweeps images that share files, for ever, and says which before each. */
const WORKER = (folder: string) => `
  import { writeSync } from 'node:fs'
  import { createImageStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)}
  import { hash } from 'node:crypto'
  const digestOf = (text) => 'sha256:' + hash('sha256', text)
  const store = await createImageStore(${JSON.stringify(folder)})
  const names = ${JSON.stringify(NAMES)}
  const about = { mode: 0o644, uid: 0, gid: 0, xattrs: {} }
  for (let round = 0; ; round++) {
    const name = names[round % names.length]
    writeSync(1, 'f')
    const tree = []
    const own = Array.from({ length: 30 }, (_, index) => name + (round % 3) + index)
    for (const content of ['shared', ...own]) {
      const stored = await store.putFile([Buffer.from(content)], about)
      tree.push({ path: content, entry: { type: 'file', ...stored } })
    }
    writeSync(1, 'i')
    await store.putImage(digestOf(name), tree)
    writeSync(1, 'd')
    if (round % 4 === 0) await store.discard(digestOf(names[(round + 1) % names.length]))
    writeSync(1, 's')
    await store.sweep(new Set([digestOf(name)]), { maxBytes: 150, maxAgeMs: 60_000 })
  }`

test('a store killed at any moment knows no image that is not whole, and keeps nothing of others', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'store-kill-'))
  t.after(() => rm(folder, { recursive: true }))
  const script = join(folder, 'worker.ts')
  await writeFile(script, WORKER(join(folder, 'store')))
  let whole = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const worker = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    // A random while into one of the four, so that each is broken off somewhere.
    const during = 'fids'[kill % 4] as string
    const spins = Math.floor(Math.random() * 4000)
    let rounds = Math.floor(Math.random() * 6)
    worker.stdout.on('data', (said: Buffer) => {
      if (said.includes(during) && rounds-- <= 0) killAfter(worker, spins)
    })
    const [, signal] = (await once(worker, 'exit')) as [number | null, string | null]
    assert.equal(signal, 'SIGKILL')

    const store = await createImageStore(join(folder, 'store'))
    const keys = new Set<string>()
    for (const name of NAMES) {
      for (const { path, entry } of (await store.tree(digestOf(name))) ?? []) {
        assert.ok(entry.type === 'file')
        await store.verifyFile(entry, path)
        keys.add(fileKey(entry))
        whole += 1
      }
    }
    await store.sweep(new Set(NAMES.map(digestOf)), { maxBytes: 0, maxAgeMs: 0 })
    const files = await readdir(join(folder, 'store', 'files'), {
      recursive: true,
      withFileTypes: true,
    })
    assert.equal(files.filter((entry) => entry.isFile()).length, keys.size)
    assert.deepEqual(await readdir(join(folder, 'store', 'tmp')), [])
  }
  assert.ok(whole > 0, 'there were images to look at')
})

function killAfter(child: ChildProcess, spins: number): void {
  if (spins === 0) child.kill('SIGKILL')
  else setImmediate(killAfter, child, spins - 1)
}
