//! Rebuilds this pallet's storage from its events alone, as an indexer does.

use crate::{mock::*, *};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Replay {
	groups: BTreeMap<GroupId, Group<AccountId>>,
	group_of: BTreeMap<AccountId, GroupId>,
	proposals: BTreeMap<(GroupId, ProposalId), Proposal<AccountId>>,
	/// The highest that ever was: a dissolved group's id is not used again.
	last_group: GroupId,
}

impl Replay {
	pub fn apply(&mut self, event: Event<Test>) {
		match event {
			Event::GroupCreated {
				group,
				account,
				creator,
				name,
				members,
				thresholds,
				deposit,
			} => {
				self.last_group = self.last_group.max(group);
				self.group_of.insert(account, group);
				self.groups.insert(
					group,
					Group {
						name,
						members,
						thresholds,
						epoch: 0,
						next_proposal: 0,
						creator,
						deposit,
					},
				);
			}
			Event::MembersSet {
				group,
				members,
				thresholds,
				epoch,
			} => {
				let group = self.groups.get_mut(&group).unwrap();
				*group = Group {
					members,
					thresholds,
					epoch,
					..group.clone()
				};
			}
			Event::Proposed {
				group,
				proposal,
				proposer,
				call,
				kind,
				epoch,
				transaction_version,
				created_at,
				expires,
				deposit,
			} => {
				self.groups.get_mut(&group).unwrap().next_proposal = proposal + 1;
				self.proposals.insert(
					(group, proposal),
					Proposal {
						proposer,
						call: call.try_into().unwrap(),
						kind,
						epoch,
						transaction_version,
						created_at,
						expires,
						deposit,
						votes: Default::default(),
					},
				);
			}
			Event::Voted {
				group,
				proposal,
				member,
				vote,
				weight,
			} => {
				let known = self.groups[&group].member(&member).unwrap();
				assert_eq!(weight, known.voting_weight());
				let votes = &mut self.proposals.get_mut(&(group, proposal)).unwrap().votes;
				match votes.iter_mut().find(|(account, _)| *account == member) {
					Some((_, cast)) => *cast = vote,
					None => votes.try_push((member, vote)).unwrap(),
				}
			}
			Event::ProposalClosed {
				group, proposal, ..
			} => {
				self.proposals.remove(&(group, proposal)).unwrap();
			}
			Event::GroupDissolved { group, .. } => {
				self.groups.remove(&group).unwrap();
				self.group_of.retain(|_, id| *id != group);
			}
			Event::__Ignore(..) => unreachable!(),
		}
	}

	pub fn assert_is_storage(self) {
		assert_eq!(self.last_group + 1, NextGroup::<Test>::get());
		assert_eq!(self.groups, crate::Groups::<Test>::iter().collect());
		assert_eq!(self.group_of, GroupOf::<Test>::iter().collect());
		assert_eq!(
			self.proposals,
			Proposals::<Test>::iter()
				.map(|(group, id, entry)| ((group, id), entry))
				.collect()
		);
		let mut open: BTreeMap<(GroupId, AccountId), u8> = BTreeMap::new();
		for ((group, _), proposal) in self.proposals {
			*open.entry((group, proposal.proposer)).or_default() += 1;
		}
		assert_eq!(
			open,
			OpenProposals::<Test>::iter()
				.map(|(group, who, count)| ((group, who), count))
				.collect()
		);
	}
}
