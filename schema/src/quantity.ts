/** How people write amounts of cpu and memory (the field's own suffixes), read exactly. */

export const CPU_FORM = 'write milli-cores as 500m, or whole cores as 2'
export const SIZE_FORM = 'write MiB as 64Mi, or GiB as 2Gi'

/** `500m` or whole cores, as milli-cores; undefined when the text is neither. */
export function parseCpu(text: string): number | undefined {
  const [, amount, unit] = /^([1-9]\d{0,9})(m?)$/.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * (unit === 'm' ? 1 : 1000)
}

/** `64Mi` or `2Gi`, as MiB; undefined when the text is neither. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = /^(0|[1-9]\d{0,9})(Mi|Gi)$/.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * (unit === 'Gi' ? 1024 : 1)
}

/** {@link parseCpu} reads it back. */
export function formatCpu(milliCores: number): string {
  return `${milliCores}m`
}

/** {@link parseSize} reads it back. */
export function formatSize(mib: number): string {
  return mib > 0 && mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`
}
