//! What somebody would try, one test each, named after it.

use crate::{mock::*, *};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};

/// Another group of the shop's members.
fn twins() -> (GroupId, GroupId) {
	(shop(), shop())
}

fn fund(group: GroupId) {
	assert_ok!(Balances::transfer_keep_alive(
		RuntimeOrigin::signed(STRANGER),
		account(group),
		50_000
	));
}

#[test]
fn replay_of_an_approval_in_another_group() {
	run(|| {
		let (one, other) = twins();
		let id = proposed(ALICE, one, cancel());
		assert_eq!(outcome(one, id), Some(Outcome::Executed));
		// The same call, the same number: there is nothing to approve there.
		assert_noop!(
			approve(ALICE, other, id, cancel()),
			Error::<Test>::ProposalNotFound
		);
		assert_eq!(remarks_by(), [account(one)]);
	});
}

#[test]
fn replay_of_an_approval_under_another_id() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		assert_ok!(approve(ALICE, group, id, deploy()));
		assert_noop!(
			approve(ALICE, group, id, deploy()),
			Error::<Test>::ProposalNotFound
		);
		// The next one begins without a vote but its own proposer's.
		let next = proposed(CAROL, group, deploy());
		assert_ne!(next, id);
		let votes = Proposals::<Test>::get(group, next).unwrap().votes;
		assert_eq!(votes.to_vec(), [(CAROL, Vote::Approve)]);
	});
}

#[test]
fn replay_of_an_approval_under_another_transaction_version() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		TransactionVersion::set(&2);
		assert_noop!(
			approve(ALICE, group, id, deploy()),
			Error::<Test>::ProposalStale
		);
	});
}

/// The bytes are kept, and after an upgrade they are another call: it is never carried out.
#[test]
fn a_stored_call_that_decodes_to_another_after_an_upgrade() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		let disguised = pay(STRANGER, 1);
		Proposals::<Test>::mutate(group, id, |stored| {
			stored.as_mut().unwrap().call = disguised.encode().try_into().unwrap();
		});
		TransactionVersion::set(&2);
		for call in [deploy(), disguised] {
			assert_noop!(
				approve(ALICE, group, id, call),
				Error::<Test>::ProposalStale
			);
		}
		assert_ok!(clear(STRANGER, group, id));
	});
}

#[test]
fn a_duplicate_member_counts_twice() {
	run(|| {
		let twice = members(&[(ALICE, 50, BOTH), (BOB, 50, BOTH), (ALICE, 50, BOTH)]);
		let founding = Founding {
			members: twice.clone(),
			..Default::default()
		};
		assert_noop!(founding.send(), Error::<Test>::DuplicateMember);
		let group = shop();
		assert_noop!(
			send(
				account(group),
				Call::set_members {
					members: twice,
					thresholds: THRESHOLDS
				}
			),
			Error::<Test>::DuplicateMember
		);
	});
}

/// Who joins in the middle of a vote decides nothing that was begun before.
#[test]
fn a_membership_change_mid_vote() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, pay(STRANGER, 1));
		let packed = members(&[(CAROL, 60_000, BOTH), (ALICE, 50, BOTH)]);
		let reform = set_members(packed, THRESHOLDS);
		let reformed = proposed(CAROL, group, reform.clone());
		assert_ok!(approve(ALICE, group, reformed, reform.clone()));
		assert_ok!(approve(BOB, group, reformed, reform));
		for who in [CAROL, ALICE] {
			assert_noop!(
				approve(who, group, id, pay(STRANGER, 1)),
				Error::<Test>::ProposalStale
			);
		}
		// Not even when everything is set back to what it was.
		let before = Founding::default();
		let back = set_members(before.members, before.thresholds);
		assert_ok!(propose(CAROL, group, back));
		assert_noop!(
			approve(ALICE, group, id, pay(STRANGER, 1)),
			Error::<Test>::ProposalStale
		);
	});
}

#[test]
fn a_call_that_differs_from_the_one_approved() {
	run(|| {
		let group = shop();
		fund(group);
		let id = proposed(ALICE, group, pay(CAROL, 1));
		for call in [pay(CAROL, 2), pay(BOB, 1), deploy()] {
			assert_noop!(approve(BOB, group, id, call), Error::<Test>::CallMismatch);
		}
		assert_ok!(approve(BOB, group, id, pay(CAROL, 1)));
		assert_eq!(Balances::free_balance(CAROL), FUNDS + 1);
	});
}

#[test]
fn a_weight_sum_that_overflows() {
	run(|| {
		let crowd: Vec<_> = (0..MAX_MEMBERS as u8)
			.map(|byte| (AccountId::new([100 + byte; 32]), u16::MAX, BOTH))
			.collect();
		let total = u32::from(u16::MAX) * MAX_MEMBERS;
		let all = |weight| Thresholds {
			deploy: weight,
			cancel: weight,
			spend: weight,
			govern: weight,
		};
		let founding = |weight| Founding {
			members: members(&crowd),
			thresholds: all(weight),
			..Default::default()
		};
		assert_noop!(
			founding(total + 1).send(),
			Error::<Test>::ThresholdOutOfReach
		);
		assert_noop!(
			founding(u32::MAX).send(),
			Error::<Test>::ThresholdOutOfReach
		);
		// All together reach it, and nobody less.
		let group = founding(total).done();
		for (who, ..) in &crowd {
			assert_ok!(Balances::transfer_keep_alive(
				RuntimeOrigin::signed(ALICE),
				who.clone(),
				5_000
			));
		}
		let id = proposed(crowd[0].0.clone(), group, cancel());
		for (who, ..) in &crowd[1..] {
			assert_eq!(outcome(group, id), None);
			assert_ok!(approve(who.clone(), group, id, cancel()));
		}
		assert_eq!(outcome(group, id), Some(Outcome::Executed));
	});
}

/// A group whose members weigh nothing together would decide everything at once.
#[test]
fn zero_totals() {
	run(|| {
		let nothing = Thresholds {
			deploy: 0,
			cancel: 0,
			spend: 0,
			govern: 0,
		};
		for (list, error) in [
			(vec![], Error::<Test>::NobodyMayPropose),
			(vec![(ALICE, 0, BOTH)], Error::<Test>::ZeroWeight),
			(
				vec![(ALICE, 9, Permissions::PROPOSE.0)],
				Error::<Test>::ThresholdOutOfReach,
			),
		] {
			let founding = Founding {
				members: members(&list),
				thresholds: nothing,
				..Default::default()
			};
			assert_noop!(founding.send(), error);
		}
	});
}

#[test]
fn thresholds_nobody_can_reach() {
	run(|| {
		let group = shop();
		for thresholds in [
			Thresholds {
				deploy: 101,
				govern: 101,
				..THRESHOLDS
			},
			Thresholds {
				govern: 101,
				..THRESHOLDS
			},
		] {
			let same = crate::Groups::<Test>::get(group).unwrap().members;
			let lock_out = Call::set_members {
				members: same,
				thresholds,
			};
			assert_noop!(
				send(account(group), lock_out),
				Error::<Test>::ThresholdOutOfReach
			);
		}
		// Nor by taking the weight away that they need.
		let fewer = Call::set_members {
			members: members(&[(ALICE, 50, BOTH), (BOB, 60, Permissions::VETO.0)]),
			thresholds: THRESHOLDS,
		};
		assert_noop!(
			send(account(group), fewer),
			Error::<Test>::ThresholdOutOfReach
		);
	});
}

/// One member fills the group with proposals: it runs out of room and of money, not the others.
#[test]
fn proposal_spam() {
	run(|| {
		let group = shop();
		for _ in 0..4 {
			assert_ok!(propose(CAROL, group, pay(CAROL, 1)));
		}
		assert_noop!(
			propose(CAROL, group, pay(CAROL, 1)),
			Error::<Test>::TooManyOpenProposals
		);
		let held_on_carol = held(HoldReason::Proposal, &CAROL);
		assert!(held_on_carol >= 4 * PROPOSAL_DEPOSIT);
		assert_ok!(propose(BOB, group, deploy()));
	});
}

/// A deposit comes back whatever the others do, or do not do.
#[test]
fn deposit_lock_up() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, pay(CAROL, 1));
		// Nobody votes, and Carol is thrown out.
		let reform = set_members(members(&[(ALICE, 100, BOTH)]), THRESHOLDS);
		let reformed = proposed(ALICE, group, reform.clone());
		assert_ok!(approve(BOB, group, reformed, reform.clone()));
		assert_ok!(approve(CAROL, group, reformed, reform));
		assert!(held(HoldReason::Proposal, &CAROL) > 0);
		assert_ok!(withdraw(CAROL, group, id));
		assert_eq!(held(HoldReason::Proposal, &CAROL), 0);
	});
}

/// Whoever may deploy alone does not get to change the members by that.
#[test]
fn escalation_through_set_members() {
	run(|| {
		let group = Founding {
			thresholds: Thresholds {
				deploy: 1,
				cancel: 1,
				spend: 1,
				govern: 100,
			},
			..Default::default()
		}
		.done();
		let coup = set_members(members(&[(CAROL, 100, BOTH)]), THRESHOLDS);
		let id = proposed(CAROL, group, coup.clone());
		assert_eq!(outcome(group, id), None);
		assert_noop!(
			send(
				CAROL,
				Call::set_members {
					members: members(&[(CAROL, 100, BOTH)]),
					thresholds: THRESHOLDS,
				}
			),
			Error::<Test>::NotGroup
		);
		// Nor does any threshold ever stand above the one that guards them all.
		let lower = Call::set_members {
			members: crate::Groups::<Test>::get(group).unwrap().members,
			thresholds: Thresholds {
				deploy: 2,
				cancel: 1,
				spend: 1,
				govern: 1,
			},
		};
		assert_noop!(send(account(group), lower), Error::<Test>::GovernTooLow);
	});
}

/// The kind changed between proposal and vote: what was opened as the lesser is not carried out as
/// the greater.
#[test]
fn a_kind_that_changes_under_a_proposal() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		RemarkKind::set(&Some(Kind::Spend));
		assert_noop!(
			approve(ALICE, group, id, deploy()),
			Error::<Test>::KindChanged
		);
	});
}

/// Two groups are each other's members: nothing that goes round decides itself.
#[test]
fn a_call_that_votes_on_itself_through_a_circle_of_groups() {
	run(|| {
		let (one, other) = (lone(), lone());
		fund(one);
		fund(other);
		let half = |own: GroupId| {
			let list = members(&[(ALICE, 50, BOTH), (account(own), 50, BOTH)]);
			let all = Thresholds {
				deploy: 100,
				cancel: 100,
				spend: 100,
				govern: 100,
			};
			set_members(list, all)
		};
		assert_ok!(propose(ALICE, one, half(other)));
		assert_ok!(propose(ALICE, other, half(one)));

		// In each, a vote for what is to be decided in the other; each needs the other's vote.
		let inner = proposed(ALICE, one, cancel());
		let voted = |group, proposal, call: RuntimeCall| {
			RuntimeCall::from(Call::approve {
				group,
				proposal,
				call: Box::new(call),
			})
		};
		let vote = voted(one, inner, cancel());
		let outer = proposed(ALICE, other, vote.clone());
		let answer = voted(other, outer, vote.clone());
		let last = proposed(ALICE, one, answer.clone());
		// Alice has voted everywhere; every other vote is a group's, which nobody else casts.
		assert_eq!(remarks_by(), []);
		for (group, id, call) in [
			(one, inner, cancel()),
			(other, outer, vote),
			(one, last, answer),
		] {
			assert_noop!(approve(ALICE, group, id, call), Error::<Test>::AlreadyVoted);
			assert_eq!(outcome(group, id), None);
		}
	});
}

/// A vote that closes the proposal it is carried out for meets nothing: it is closed before.
#[test]
fn a_proposal_that_withdraws_or_rejects_itself() {
	run(|| {
		let group = lone();
		let next = crate::Groups::<Test>::get(group).unwrap().next_proposal;
		let calls = [
			(
				Call::withdraw {
					group,
					proposal: next,
				},
				Error::<Test>::ProposalNotFound,
			),
			// Its own account is no member.
			(
				Call::reject {
					group,
					proposal: next,
				},
				Error::<Test>::NotMember,
			),
			(
				Call::clear {
					group,
					proposal: next,
				},
				Error::<Test>::ProposalNotFound,
			),
		];
		for (call, error) in calls {
			assert_noop!(propose(ALICE, group, call.into()), error);
		}
	});
}

/// Whoever votes pays for all that the vote may set off, before it runs.
#[test]
fn execution_under_priced_by_weight() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		let vote = RuntimeCall::from(Call::approve {
			group,
			proposal: id,
			call: Box::new(deploy()),
		});
		let asked = vote.get_dispatch_info().call_weight;
		let carried = deploy().get_dispatch_info().call_weight;
		assert!(asked.all_gte(carried.saturating_add(charging::approve::<Test>(&deploy()))));
	});
}

/// The last member standing between a thief and the money has a veto, which govern cannot take away
/// unseen: to change it is to change the members, and what was open is stale then.
#[test]
fn a_veto_that_is_voted_away() {
	run(|| {
		let list = [
			(ALICE, 60, BOTH),
			(BOB, 40, BOTH),
			(CAROL, 1, Permissions::VETO.0),
		];
		let group = Founding {
			members: members(&list),
			..Default::default()
		}
		.done();
		let theft = proposed(ALICE, group, pay(ALICE, 1));
		let reform = set_members(members(&list[..2]), THRESHOLDS);
		let id = proposed(ALICE, group, reform.clone());
		assert_ok!(approve(BOB, group, id, reform));
		assert_noop!(
			approve(BOB, group, theft, pay(ALICE, 1)),
			Error::<Test>::ProposalStale
		);
	});
}

/// A dissolved group's account cannot act, even if somebody pays into it.
#[test]
fn a_dissolved_group_that_acts_on() {
	run(|| {
		let group = lone();
		let id = proposed(BOB, group, deploy());
		assert_ok!(propose(ALICE, group, dissolve(ALICE)));
		fund(group);
		assert_noop!(
			approve(ALICE, group, id, deploy()),
			Error::<Test>::GroupNotFound
		);
		assert_noop!(
			propose(ALICE, group, pay(ALICE, 1)),
			Error::<Test>::GroupNotFound
		);
	});
}
