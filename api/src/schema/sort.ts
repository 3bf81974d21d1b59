import { builder } from '../builder.ts'

/** What a list can be sorted by, as the words of an enum. */
export function sortType<Sort extends string>(name: string, sorts: Record<Sort, object>) {
  return builder.enumType(name, {
    description: 'What a list is in the order of; rows that are alike in it, in the order of ids.',
    values: Object.keys(sorts) as Sort[],
  })
}

const Direction = builder.enumType('Direction', {
  values: {
    ASC: { description: 'The lowest first.' },
    DESC: { description: 'The highest first.' },
  } as const,
})

export const directionArg = { type: Direction, required: true, defaultValue: 'DESC' } as const
