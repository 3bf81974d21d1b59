//! Random votes, held against a tally of its own.

use crate::{mock::*, *};
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

/// Numbers that repeat with the seed (splitmix64).
struct Random(u64);
impl Random {
	fn below(&mut self, bound: u64) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		(z ^ (z >> 31)) % bound
	}
}

#[derive(Default)]
struct Reached {
	executed: u32,
	rejected: u32,
	waiting: u32,
	changed: u32,
}

const PEOPLE: [AccountId; 4] = [ALICE, BOB, CAROL, STRANGER];

/// One proposal of a random group: what its votes come to must be what the weights say.
fn play(random: &mut Random, reached: &mut Reached) {
	let weights: Vec<u16> = PEOPLE.iter().map(|_| 1 + random.below(40) as u16).collect();
	let total: u32 = weights.iter().map(|weight| u32::from(*weight)).sum();
	let threshold = 1 + random.below(total.into()) as u32;
	let thresholds = Thresholds {
		deploy: threshold,
		cancel: threshold,
		spend: threshold,
		govern: total,
	};
	let list: Vec<_> = PEOPLE
		.into_iter()
		.zip(&weights)
		.map(|(who, weight)| (who, *weight, BOTH))
		.collect();
	let group = Founding {
		members: members(&list),
		thresholds,
		..Default::default()
	}
	.done();
	let made_before = remarks_by().len();

	let proposer = random.below(4) as usize;
	let id = proposed(PEOPLE[proposer].clone(), group, cancel());
	let mut votes: BTreeMap<usize, Vote> = [(proposer, Vote::Approve)].into();
	let weight_of = |votes: &BTreeMap<usize, Vote>, wanted: Vote| -> u32 {
		votes
			.iter()
			.filter(|(_, vote)| **vote == wanted)
			.map(|(who, _)| u32::from(weights[*who]))
			.sum()
	};
	for _ in 0..random.below(10) {
		let expected = decided(&weight_of, &votes, total, threshold);
		assert_eq!(outcome(group, id), expected);
		if expected.is_some() {
			break;
		}
		let who = random.below(4) as usize;
		let vote = if random.below(3) == 0 {
			Vote::Reject
		} else {
			Vote::Approve
		};
		let result: DispatchResult = match vote {
			Vote::Approve => approve(PEOPLE[who].clone(), group, id, cancel()),
			Vote::Reject => reject(PEOPLE[who].clone(), group, id),
		};
		match votes.insert(who, vote) {
			Some(before) if before == vote => {
				assert_eq!(result, Err(Error::<Test>::AlreadyVoted.into()))
			}
			before => {
				assert_eq!(result, Ok(()));
				reached.changed += u32::from(before.is_some());
			}
		}
	}

	let expected = decided(&weight_of, &votes, total, threshold);
	assert_eq!(outcome(group, id), expected);
	let made = remarks_by().len() - made_before;
	assert_eq!(made, usize::from(expected == Some(Outcome::Executed)));
	match expected {
		Some(Outcome::Executed) => reached.executed += 1,
		Some(Outcome::Rejected) => reached.rejected += 1,
		_ => reached.waiting += 1,
	}
}

fn decided(
	weight_of: &impl Fn(&BTreeMap<usize, Vote>, Vote) -> u32,
	votes: &BTreeMap<usize, Vote>,
	total: u32,
	threshold: u32,
) -> Option<Outcome> {
	if weight_of(votes, Vote::Approve) >= threshold {
		Some(Outcome::Executed)
	} else if total - weight_of(votes, Vote::Reject) < threshold {
		Some(Outcome::Rejected)
	} else {
		None
	}
}

#[test]
fn votes_decide_as_their_weights_say() {
	let mut reached = Reached::default();
	for seed in 0..300 {
		run(|| play(&mut Random(seed), &mut reached));
	}
	assert!(reached.executed >= 50, "{} executed", reached.executed);
	assert!(reached.rejected >= 30, "{} rejected", reached.rejected);
	assert!(reached.waiting >= 20, "{} waiting", reached.waiting);
	assert!(reached.changed >= 20, "{} changed", reached.changed);
}
