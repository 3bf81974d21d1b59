//! Groups that are members of groups, and vote there by their own proposals.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_runtime::traits::Dispatchable;

/// A chain of groups, each the only member of the next; Alice decides for the first alone.
fn chain_of(length: u32) -> Vec<GroupId> {
	let mut groups = vec![lone()];
	for _ in 1..length {
		let last = account(*groups.last().unwrap());
		groups.push(
			Founding {
				members: members(&[(last, 100, BOTH)]),
				..Default::default()
			}
			.done(),
		);
	}
	for group in &groups {
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(BOB),
			account(*group),
			20_000
		));
	}
	groups
}

/// `call` proposed in the last of `groups` by all that stand before it but the first.
fn through(groups: &[GroupId], call: RuntimeCall) -> RuntimeCall {
	groups[1..].iter().rev().fold(call, |call, group| {
		Call::propose {
			group: *group,
			call: Box::new(call),
			expires: EXPIRES,
		}
		.into()
	})
}

#[test]
fn a_group_decides_through_others_works() {
	run(|| {
		let groups = chain_of(4);
		assert_ok!(propose(ALICE, groups[0], through(&groups, cancel())));
		assert_eq!(remarks_by(), [account(groups[3])]);
		assert_eq!(Proposals::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_call_as_long_as_may_be_with_votes_around_it_works() {
	run(|| {
		let groups = chain_of(4);
		let longest = |bytes: usize| {
			let remark = vec![0; bytes];
			RuntimeCall::from(frame_system::Call::remark { remark })
		};
		// Two bytes say which call it is, two how long it is.
		let most = MAX_CALL_LEN as usize - 4;
		assert_ok!(propose(ALICE, groups[0], through(&groups, longest(most))));
		assert_noop!(
			propose(ALICE, groups[0], through(&groups, longest(most + 1))),
			Error::<Test>::CallTooLong
		);
	});
}

#[test]
fn an_inner_vote_that_fails_undoes_the_outer_fails() {
	run(|| {
		let groups = chain_of(3);
		let broke = pay(STRANGER, FUNDS * 100);
		let call = through(&groups, broke);
		assert!(propose(ALICE, groups[0], call).is_err());
		assert_eq!(Proposals::<Test>::iter().count(), 0);
		assert_eq!(
			crate::Groups::<Test>::get(groups[0]).unwrap().next_proposal,
			0
		);
	});
}

#[test]
fn votes_weigh_all_that_they_carry_works() {
	run(|| {
		let groups = chain_of(3);
		let call = through(&groups, cancel());
		let vote = RuntimeCall::from(Call::propose {
			group: groups[0],
			call: Box::new(call.clone()),
			expires: EXPIRES,
		});
		let declared = vote.get_dispatch_info().call_weight;
		let own = charging::propose::<Test>(&call);
		assert_eq!(
			declared,
			own.saturating_mul(3)
				.saturating_add(cancel().get_dispatch_info().call_weight)
		);
		let ran = vote.dispatch(RuntimeOrigin::signed(ALICE)).unwrap();
		assert_eq!(ran.actual_weight, Some(declared));
	});
}

#[test]
fn votes_are_refunded_what_did_not_run_however_deep_works() {
	run(|| {
		// The last group is Bob's as well: nothing is carried out there yet.
		let first = lone();
		let both = Founding {
			members: members(&[(account(first), 50, BOTH), (BOB, 50, BOTH)]),
			..Default::default()
		}
		.done();
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(BOB),
			account(first),
			20_000
		));
		let call = through(&[first, both], pay(STRANGER, 1));
		let vote = RuntimeCall::from(Call::propose {
			group: first,
			call: Box::new(call.clone()),
			expires: EXPIRES,
		});
		let ran = vote.dispatch(RuntimeOrigin::signed(ALICE)).unwrap();
		let own = charging::propose::<Test>(&call);
		assert_eq!(ran.actual_weight, Some(own.saturating_mul(2)));
		assert_eq!(Proposals::<Test>::iter().count(), 1);
	});
}

#[test]
fn classifying_is_charged_with_each_vote_works() {
	assert!(charging::propose::<Test>(&cancel()).ref_time() > CLASSIFYING.ref_time());
	assert_eq!(
		charging::approve::<Test>(&cancel()),
		<Test as Config>::WeightInfo::approve().saturating_add(CLASSIFYING)
	);
}
