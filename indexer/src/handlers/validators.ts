import type { Handlers } from './handler.ts'

/** Who validates has no rows of its own: the event, which is kept like every other, says it all. */
export const validatorHandlers: Handlers<'validators'> = {
  'validators.ValidatorsSet': () => {},
}
