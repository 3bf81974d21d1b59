import type { Handlers } from './handler.ts'

export const nodeHandlers: Handlers<'nodes'> = {
  'nodes.NodeRegistered': (registered, { nodes }) => nodes.insert(registered),
  'nodes.NodeUpdated': (updated, { nodes }) => nodes.update(updated),
  'nodes.Served': (served, { nodes }) => nodes.serve(served),
  'nodes.Heartbeat': (heartbeat, { nodes }) => nodes.beat(heartbeat),
  'nodes.Announced': (announced, { nodes }) => nodes.announce(announced),
  'nodes.NodeStateSet': (set, { nodes }) => nodes.setState(set),
  'nodes.AgentRotated': (rotated, { nodes }) => nodes.rotateAgent(rotated),
  'nodes.NodeRemoved': ({ node }, { nodes }) => nodes.remove(node),
}
