//! Group 0: what it may have done as the runtime itself.

use super::chain::*;
use crate::{Groups, Runtime, RuntimeCall, RuntimeEvent, Session, System};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};

fn authorize_upgrade() -> RuntimeCall {
	frame_system::Call::authorize_upgrade {
		code_hash: H256::repeat_byte(7),
	}
	.into()
}

fn set_validators(accounts: &[sp_keyring::Sr25519Keyring]) -> RuntimeCall {
	let accounts: Vec<_> = accounts.iter().map(|who| who.to_account_id()).collect();
	covenant_validators::Call::set {
		accounts: accounts.try_into().unwrap(),
	}
	.into()
}

#[test]
fn two_of_three_authorise_an_upgrade() {
	run(|| {
		submit(Alice, propose(0, authorize_upgrade()));
		assert!(System::authorized_upgrade().is_none());
		submit(Charlie, approve(0, 0, authorize_upgrade()));
		let authorized = System::authorized_upgrade().expect("an authorised upgrade");
		assert_eq!(authorized.code_hash(), &H256::repeat_byte(7));
	});
}

#[test]
fn anyone_applies_it_and_nobody_applies_another() {
	run(|| {
		submit(Alice, propose(0, authorize_upgrade()));
		submit(Bob, approve(0, 0, authorize_upgrade()));
		let other = frame_system::Call::<Runtime>::apply_authorized_upgrade { code: vec![1; 64] };
		assert!(!matches!(apply(Eve, other), Ok(Ok(()))));
		assert!(System::authorized_upgrade().is_some());
	});
}

#[test]
fn two_of_three_choose_the_validators() {
	on_preset("local_testnet", || {
		let call = set_validators(&[Charlie, Alice]);
		submit(Alice, propose(0, call.clone()));
		submit(Bob, approve(0, 0, call));
		assert_eq!(Session::validators().len(), 3);
		for session in 1..=2 {
			System::set_block_number(session * 600 - 1);
			next_block(6_000);
		}
		assert_eq!(
			Session::validators(),
			[Charlie, Alice].map(|who| who.to_account_id())
		);
		assert_eq!(crate::Aura::authorities_len(), 2);
		// From now on the set stands, and no later session is a change to GRANDPA.
		let set_id = crate::Grandpa::current_set_id();
		for session in 3..=5 {
			System::set_block_number(session * 600 - 1);
			next_block(6_000);
		}
		assert!(crate::Grandpa::current_set_id() <= set_id + 1);
	});
}

#[test]
fn validators_without_session_keys_fail_with_the_vote_that_decides() {
	run(|| {
		let call = set_validators(&[Alice, Dave]);
		submit(Alice, propose(0, call.clone()));
		assert_eq!(
			apply(Bob, approve(0, 0, call)),
			Ok(Err(covenant_validators::Error::<Runtime>::NoKeys.into()))
		);
	});
}

#[test]
fn nobody_else_has_the_runtime_do_anything() {
	run(|| {
		submit(Alice, create_shop());
		for call in [authorize_upgrade(), set_validators(&[Alice])] {
			assert_eq!(
				apply(Alice, call.clone()),
				Ok(Err(sp_runtime::DispatchError::BadOrigin))
			);
			assert_eq!(
				apply(Alice, propose(1, call)),
				Ok(Err(covenant_groups::Error::<Runtime>::CallNotAllowed.into()))
			);
		}
	});
}

/// A group may be a member of the administration: it votes there as any member does.
#[test]
fn a_group_votes_in_the_administration() {
	run(|| {
		submit(Alice, create_shop());
		let shop = Groups::account_of(1);
		submit(Alice, pay(&shop, 10 * crate::COV));
		let member = |account| covenant_groups::Member {
			account,
			weight: 1,
			permissions: covenant_groups::Permissions(3),
		};
		let reform = RuntimeCall::from(covenant_groups::Call::set_members {
			members: vec![member(shop), member(Alice.to_account_id())]
				.try_into()
				.unwrap(),
			thresholds: covenant_groups::Thresholds {
				deploy: 2,
				cancel: 2,
				spend: 2,
				govern: 2,
			},
		});
		submit(Alice, propose(0, reform.clone()));
		submit(Bob, approve(0, 0, reform));

		submit(Alice, propose(0, authorize_upgrade()));
		let vote = RuntimeCall::from(approve(0, 1, authorize_upgrade()));
		// The shop asks 80 for what governs, wherever it does.
		submit(Charlie, propose(1, vote.clone()));
		submit(Bob, approve(1, 0, vote.clone()));
		assert!(System::authorized_upgrade().is_none());
		submit(Alice, approve(1, 0, vote));
		assert!(System::authorized_upgrade().is_some());
		assert!(events().iter().any(|event| matches!(
			event,
			RuntimeEvent::System(frame_system::Event::UpgradeAuthorized { .. })
		)));
	});
}
