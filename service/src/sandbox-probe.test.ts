import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { installCommand, probeSandbox, refusalRemedy } from './sandbox-probe.ts'

const probeFile = new URL('./sandbox-probe.ts', import.meta.url).href

test('a host without bubblewrap is told the command that installs it', async () => {
  const probe = await probeSandbox({ path: '/nowhere' })
  assert.ok(!probe.works)
  assert.equal(probe.why, 'missing')
  assert.match(probe.remedy, /^sudo \S+ .*bubblewrap$/)
})

test('a host that refuses user namespaces is found by starting a sandbox, and told the setting', async () => {
  // A user namespace of our own in which no further one may be made: the same refusal, without
  // touching the host's setting.
  const script = `
    import { writeFileSync } from 'node:fs'
    import { probeSandbox } from ${JSON.stringify(probeFile)}
    writeFileSync('/proc/sys/user/max_user_namespaces', '0')
    console.log(JSON.stringify(await probeSandbox({ uid: 0 })))`
  const child = spawnSync(
    'unshare',
    ['--user', '--map-root-user', process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  const probe = child.status === 0 ? JSON.parse(child.stdout) : await probeSandbox()
  assert.equal(probe.works, false, child.stderr)
  assert.equal(probe.why, 'refused')
  assert.notEqual(probe.remedy, '')
  if (child.status === 0)
    assert.equal(probe.remedy, 'sudo sysctl -w user.max_user_namespaces=16384')
})

test('this host gets a bubblewrap that works, or the command that helps', async () => {
  const probe = await probeSandbox()
  if (!probe.works) return assert.notEqual(probe.remedy, '', probe.message)
  assert.match(probe.bwrap, /\/bwrap$/)
  assert.match(probe.version, /^\d+\.\d+/)
})

const settings = (values: Record<string, string>) => (file: string) => values[file]

test('each kind of refusal has the one command that helps', () => {
  const remedy = (values: Record<string, string>, output = '') =>
    refusalRemedy('/usr/bin/bwrap', output, settings(values))
  assert.match(
    remedy({ '/proc/sys/kernel/unprivileged_userns_clone': '0' }),
    /sysctl -w kernel\.unprivileged_userns_clone=1/,
  )
  assert.match(
    remedy({ '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1' }),
    /tee \/etc\/apparmor\.d\/bwrap && sudo apparmor_parser -r/,
  )
  assert.match(remedy({}, 'bwrap: Unknown option --disable-userns'), /0\.8 or newer/)
  assert.match(remedy({}), /--security-opt seccomp=unconfined/)
})

test('the install command follows the distribution', () => {
  assert.equal(installCommand('x', 'ID=debian\n'), 'sudo apt-get install -y x')
  assert.equal(
    installCommand('x', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'),
    'sudo apt-get install -y x',
  )
  assert.equal(
    installCommand('x', 'ID=rocky\nID_LIKE="rhel centos fedora"\n'),
    'sudo dnf install -y x',
  )
})
