/** So many at a time, in the order in which they came. */
export type Slots = {
  /** Resolves once there is room, with what makes room for the next; calling it again does nothing. */
  enter(): Promise<() => void>
  /** Does a task inside. */
  run<T>(task: () => Promise<T>): Promise<T>
}

export function createSlots(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  const leave = () => {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }
  const enter = async () => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => void waiting.push(resolve))
    let isInside = true
    return () => {
      if (isInside) leave()
      isInside = false
    }
  }
  return {
    enter,
    run: async (task) => {
      const leaveNow = await enter()
      try {
        return await task()
      } finally {
        leaveNow()
      }
    },
  }
}
