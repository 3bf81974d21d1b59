use super::chain::*;
use crate::{Balances, Groups, Multisig, Nonce, ProxyType, Runtime, System, COV};
use covenant_groups::{Member, Permissions, Thresholds};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie};

fn add_proxy(delegate: sp_keyring::Sr25519Keyring, proxy_type: ProxyType) -> crate::RuntimeCall {
	pallet_proxy::Call::add_proxy {
		delegate: address(delegate),
		proxy_type,
		delay: 0,
	}
	.into()
}

fn by_proxy(real: sp_keyring::Sr25519Keyring, call: crate::RuntimeCall) -> crate::RuntimeCall {
	pallet_proxy::Call::proxy {
		real: address(real),
		force_proxy_type: None,
		call: Box::new(call),
	}
	.into()
}

/// What became of the call that the last proxy made.
fn proxied() -> sp_runtime::DispatchResult {
	events()
		.into_iter()
		.rev()
		.find_map(|event| match event {
			crate::RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => {
				Some(result)
			}
			_ => None,
		})
		.expect("a proxy made a call")
}

#[test]
fn a_voting_proxy_votes() {
	run(|| {
		submit(Alice, create_shop());
		submit(Bob, pay(&Groups::account_of(1), COV));
		submit(Bob, add_proxy(Eve, ProxyType::Vote));
		let call = pay(&Dave.to_account_id(), COV);
		submit(Alice, propose(1, call.clone()));
		submit(Eve, by_proxy(Bob, approve(1, 0, call).into()));
		assert_eq!(proxied(), Ok(()));
		assert_eq!(free(&Dave.to_account_id()), 1_000_001 * COV);
	});
}

#[test]
fn a_voting_proxy_does_nothing_else() {
	run(|| {
		submit(Bob, add_proxy(Eve, ProxyType::Vote));
		let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
		let batched = pallet_utility::Call::batch_all {
			calls: vec![pay(&Eve.to_account_id(), 1)],
		};
		for call in [
			pay(&Eve.to_account_id(), 1),
			batched.into(),
			create_shop().into(),
			add_proxy(Ferdie, ProxyType::Any),
			add_proxy(Ferdie, ProxyType::Vote),
		] {
			submit(Eve, by_proxy(Bob, call));
			assert_eq!(proxied(), filtered);
		}
	});
}

#[test]
fn a_full_proxy_outranks_a_voting_one() {
	use frame_support::traits::InstanceFilter;
	assert!(ProxyType::Any.is_superset(&ProxyType::Vote));
	assert!(ProxyType::Vote.is_superset(&ProxyType::Vote));
	assert!(!ProxyType::Vote.is_superset(&ProxyType::Any));
}

#[test]
fn a_multisig_is_a_member_like_any_other() {
	run(|| {
		let signatories = {
			let mut both = vec![Bob.to_account_id(), Charlie.to_account_id()];
			both.sort();
			both
		};
		let multisig = Multisig::multi_account_id(&signatories, 1);
		submit(Alice, pay(&multisig, 10 * COV));
		let member = |account, weight| Member {
			account,
			weight,
			permissions: Permissions(3),
		};
		let members = vec![member(Alice.to_account_id(), 1), member(multisig, 1)];
		submit(
			Alice,
			covenant_groups::Call::create_group {
				name: Default::default(),
				members: members.try_into().unwrap(),
				thresholds: Thresholds {
					deploy: 2,
					cancel: 2,
					spend: 2,
					govern: 2,
				},
				first: None,
			},
		);
		submit(Alice, pay(&Groups::account_of(1), COV));
		let call = pay(&Dave.to_account_id(), COV);
		submit(Alice, propose(1, call.clone()));
		submit(
			Bob,
			pallet_multisig::Call::as_multi_threshold_1 {
				other_signatories: vec![Charlie.to_account_id()],
				call: Box::new(approve(1, 0, call).into()),
			},
		);
		assert_eq!(free(&Dave.to_account_id()), 1_000_001 * COV);
	});
}

/// An account that was reaped and comes back must not replay its old transactions.
#[test]
fn an_account_that_comes_back_starts_at_a_nonce_it_never_used() {
	run(|| {
		let ferdie = Ferdie.to_account_id();
		let old = signed(Ferdie, pay(&Eve.to_account_id(), COV));
		submit(Ferdie, pay(&Eve.to_account_id(), COV));
		next_block(1_000);
		submit(
			Ferdie,
			pallet_balances::Call::transfer_all {
				dest: address(Eve),
				keep_alive: false,
			},
		);
		assert!(!frame_system::Account::<Runtime>::contains_key(&ferdie));
		next_block(1_000);
		submit(Eve, pay(&ferdie, 10 * COV));
		assert_eq!(
			System::account_nonce(&ferdie),
			Nonce::from(System::block_number())
		);
		assert!(crate::Executive::apply_extrinsic(old).is_err());
		submit(Ferdie, pay(&Eve.to_account_id(), COV));
		assert!(Balances::free_balance(&ferdie) < 9 * COV);
	});
}
