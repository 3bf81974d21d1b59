/** Volumes as workloads have them, under every executor; mounting one takes root. */
import assert from 'node:assert/strict'
import { statfsSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { EXECUTORS } from '@covenant/schema/policy'
import { openVolumeStore } from '../volumes/volume-store.ts'
import { closeInheritedFiles } from './leftovers.ts'
import { limitsFor } from './limits.ts'
import { probeHost } from './probe.ts'
import { workloadUid } from './workload-uid.ts'

closeInheritedFiles()

const MIB = 1024 * 1024
const SIZE = 32
const first = workloadUid('volumes', process.pid, 'first')
const second = workloadUid('volumes', process.pid, 'second')

for (const executor of EXECUTORS) {
  const setUp = async (t: TestContext) => {
    const folder = await mkdtemp(join(tmpdir(), 'volumes-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const host = await probeHost({
      ...{ path: process.env['PATH'] ?? '', uid: first, executor },
      folder: join(folder, 'bundles'),
    })
    assert.ok(host.works && host.volumes.works, JSON.stringify(host))
    const { tools } = host.volumes
    const volumes = await openVolumeStore(join(folder, 'volumes'), tools)
    const claim = {
      ...{ owner: 'owner', deployment: 'shop', name: 'data', contract: 1 },
      ...{ size: SIZE, keepOnDelete: false },
    }
    let count = 0
    const launch = async (script: string, uid = first) => {
      let output = ''
      const mountPath = '/tmp/deep/data'
      const sandbox = host.executor.launch({
        name: `volumes-${process.pid}.${count++}`,
        ...{ root: '/', uid, hostname: 'web', env: { PATH: '/usr/bin:/bin' } },
        command: ['/bin/sh', '-c', `cd ${mountPath} || exit 99; ${script}`],
        limits: limitsFor({ cpu: 500, memory: 64, storage: 8 }, SIZE),
        volumes: { tools, list: [{ ...(await volumes.prepare(claim, uid)), mountPath }] },
        output: (chunk) => (output += Buffer.from(chunk).toString()),
      })
      return { sandbox, output: () => output }
    }
    const run = async (script: string, uid?: number) => {
      const { sandbox, output } = await launch(script, uid)
      assert.equal((await sandbox.exited).type, 'exited', output())
      return output()
    }
    return { folder, volumes, claim, launch, run }
  }
  const volume = (
    what: string,
    body: (setting: Awaited<ReturnType<typeof setUp>>) => Promise<void>,
  ) => void test(`${executor}: ${what}`, async (t) => body(await setUp(t)))

  volume('a volume begins empty, and keeps what is written there', async ({ run }) => {
    assert.equal(
      await run('ls -A; echo kept > file; mkdir folder; stat -c %u . file'),
      expectedIds(),
    )
    assert.equal(await run('cat file; ls -A'), 'kept\nfile\nfolder\n')
  })

  volume(
    'what a program was writing when it was killed costs the volume nothing',
    async ({ launch, run }) => {
      const { sandbox, output } = await launch(
        'echo before > a; sync a; echo up; cat /dev/zero > b',
      )
      while (!output().includes('up')) await new Promise((resolve) => setImmediate(resolve))
      await sandbox.stop(0)
      assert.match(await run('cat a; rm b; ls'), /^before\na\n$/)
    },
  )

  volume('a volume takes no more than its size, of bytes or of files', async ({ run }) => {
    const said = await run(
      'i=0; while head -c 4000000 /dev/zero > f$i; do i=$((i+1)); done; cat f* | wc -c; rm f*;' +
        'i=0; while true > e$i; do i=$((i+1)); done; rm -f e*; echo again > f; cat f',
    )
    assert.match(said, /No space left on device/)
    const written = Number(/^(\d+)$/m.exec(said)?.[1])
    assert.ok(written > (SIZE * MIB) / 2 && written < SIZE * MIB, said)
    assert.match(said, /again\n$/)
  })

  volume(
    'its size is taken from the disk when it is made, whatever is written',
    async ({ volumes, claim }) => {
      const { file } = await volumes.prepare(claim, first)
      const { size, blocks } = statSync(file)
      assert.equal(size, SIZE * MIB)
      assert.ok(blocks * 512 >= SIZE * MIB, String(blocks))
    },
  )

  volume('neither programs nor devices come with a volume', async ({ run }) => {
    const said = await run(
      'cp /usr/bin/id id; chmod 4755 id; ./id -u; mknod d c 1 3 || echo none; grep /deep/data /proc/self/mounts',
    )
    assert.match(said, /id: Permission denied\n.*none\n/s)
    assert.match(said, /\/deep\/data ext4 rw,nosuid,nodev,noexec/)
  })

  volume('the host and other workloads see nothing of it', async ({ folder, launch }) => {
    const { sandbox, output } = await launch('echo secret > file; echo up; sleep 600')
    while (!output().includes('up')) await new Promise((resolve) => setImmediate(resolve))
    const staging = join(folder, 'volumes', 'mounts', '1.data')
    assert.equal(statfsSync(staging).type, statfsSync(folder).type)
    await sandbox.stop(0)
  })

  volume(
    'another contract that takes it over is the owner of all that is in it',
    async ({ volumes, claim, run }) => {
      const keep = { ...claim, keepOnDelete: true }
      await run('mkdir -p a/b; echo x > a/b/c; ln -s /etc/passwd link; chmod 700 a', first)
      await volumes.prepare(keep, first)
      await volumes.retain(1, [])
      claim.contract = 2
      assert.equal(volumes.sizeOf(claim), SIZE)
      const said = await run(
        'cat a/b/c; echo y >> a/b/c; find . ! -user "$(id -u)"; cat a/b/c',
        second,
      )
      assert.equal(said, 'x\nx\ny\n')
    },
  )

  volume('it grows, and what is in it stays', async ({ claim, run }) => {
    const size = async () => Number(await run('df --output=size -k . | tail -1'))
    await run('echo kept > file')
    const before = await size()
    claim.size = 2 * SIZE
    assert.ok((await size()) > 1.8 * before)
    assert.equal(await run('cat file'), 'kept\n')
  })

  function expectedIds(): string {
    const uid = executor === 'bubblewrap' ? 65534 : first
    return `${uid}\n${uid}\n`
  }
}
