/** The middle one: a disturbance by whatever else runs here moves it less than a mean. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value that a part of all are not above. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? Number.NaN
}
