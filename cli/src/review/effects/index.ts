/** What each call that a group may make would do; a call of its own file joins the table here. */
import type { CallLike, Describe, Effect, Scene } from '../effect.ts'
import { describeAuthorizeUpgrade } from './authorize-upgrade.ts'
import { describeBatch } from './batch.ts'
import { describeCancel } from './cancel.ts'
import { describeCreate } from './create.ts'
import { describeDissolve } from './dissolve.ts'
import {
  describeNodeUpdate,
  describeRegister,
  describeRemove,
  describeRotate,
} from './node-calls.ts'
import { describeSetMembers } from './set-members.ts'
import { describeSetState } from './set-state.ts'
import { describeSetValidators } from './set-validators.ts'
import { describeTopUp } from './top-up.ts'
import { describeTransfer } from './transfer.ts'
import { describeUpdate } from './update.ts'
import { describeVote } from './vote.ts'
import { describeVoteAgainst } from './vote-against.ts'
import { describeWithdrawUpdate } from './withdraw-update.ts'

export const DESCRIBERS: Record<string, Describe> = {
  'balances.transferKeepAlive': describeTransfer,
  'contracts.cancel': describeCancel,
  'contracts.create': describeCreate,
  'contracts.topUp': describeTopUp,
  'contracts.update': describeUpdate,
  'contracts.withdrawUpdate': describeWithdrawUpdate,
  'groups.approve': (call, scene) => describeVote(call, scene, describeCall),
  'groups.clear': (call, scene) => describeVoteAgainst(call, scene, describeCall),
  'groups.dissolve': describeDissolve,
  'groups.propose': (call, scene) => describeVote(call, scene, describeCall),
  'groups.reject': (call, scene) => describeVoteAgainst(call, scene, describeCall),
  'groups.setMembers': describeSetMembers,
  'groups.withdraw': (call, scene) => describeVoteAgainst(call, scene, describeCall),
  'nodes.register': describeRegister,
  'nodes.remove': describeRemove,
  'nodes.rotateAgent': describeRotate,
  'nodes.setState': describeSetState,
  'nodes.update': describeNodeUpdate,
  'system.authorizeUpgrade': describeAuthorizeUpgrade,
  'validators.set': describeSetValidators,
  'utility.batchAll': (call, scene) => describeBatch(call, scene, describeCall),
}

/**
 * @throws CliError when the chain gave a body with another hash than the call names, or a call that
 * is described here has other arguments: nobody should sign what cannot be shown
 */
export async function describeCall(call: CallLike, scene: Scene): Promise<Effect> {
  const name = `${call.pallet}.${call.name}`
  const describe = Object.hasOwn(DESCRIBERS, name) ? DESCRIBERS[name] : undefined
  return describe === undefined ? asItStands(name, call) : describe(call, scene)
}

/** A call that has no words here is shown whole. */
function asItStands(name: string, { args }: CallLike): Effect {
  return {
    call: name,
    sentence: `calls ${name}`,
    sections: [{ title: name, text: JSON.stringify(args, undefined, 2) }],
    facts: { args },
    problems: [],
    next: [`${name} is carried out as it stands above`],
    bodies: [],
    basis: null,
  }
}
