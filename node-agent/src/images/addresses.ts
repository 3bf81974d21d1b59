import { BlockList, isIP } from 'node:net'
import type { Policy } from '@covenant/schema/policy'

/** Whether the agent may connect to a port of an address when it fetches images. */
export type AddressCheck = (address: string, port: number) => boolean

/** What of IPv4 is a network's own, a link's, this host's, several hosts' or nobody's (IANA's registry). */
const NOT_PUBLIC_IPV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
/** Of IPv6 only this is given out to hosts of the internet, but for what wraps another address in it. */
const PUBLIC_IPV6 = ['2000::', 3] as const
const NOT_PUBLIC_IPV6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
]

const notPublic = listOf([...NOT_PUBLIC_IPV4, ...NOT_PUBLIC_IPV6])
const publicIpv6 = listOf([PUBLIC_IPV6])

/** True for an address that any host of the internet may have. */
export function isPublicAddress(address: string): boolean {
  const plain = unmapped(address)
  const family = familyOf(plain)
  if (family === undefined || notPublic.check(plain, family)) return false
  return family === 'ipv4' || publicIpv6.check(plain, family)
}

/**
 * Public addresses, and of all others those alone that the policy names: in `privateAddresses`, or as
 * a registry that is written as an address (with a port: that port alone) or as `localhost`.
 */
export function createAddressCheck({
  hosts,
  privateAddresses,
}: Pick<Policy['images'], 'hosts' | 'privateAddresses'>): AddressCheck {
  const listed = listOf(
    privateAddresses.map((range) => {
      const [address = '', bits] = range.split('/')
      return [address, bits === undefined ? (isIP(address) === 6 ? 128 : 32) : Number(bits)]
    }),
  )
  const registries = hosts.map((host) => {
    const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(host) ?? []
    return { name: bracketed ?? name, port: port === undefined ? undefined : Number(port) }
  })
  return (address, port) => {
    if (isPublicAddress(address)) return true
    const plain = unmapped(address)
    const family = familyOf(plain)
    if (family !== undefined && listed.check(plain, family)) return true
    return registries.some(
      (registry) =>
        (registry.port ?? port) === port &&
        (registry.name === plain ||
          (registry.name === 'localhost' && (plain === '127.0.0.1' || plain === '::1'))),
    )
  }
}

function listOf(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [address, bits] of ranges) list.addSubnet(address, bits, familyOf(address) ?? 'ipv4')
  return list
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const family = isIP(address)
  return family === 0 ? undefined : family === 4 ? 'ipv4' : 'ipv6'
}

/** An IPv4 address that is written as IPv6 is the IPv4 address. */
function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
