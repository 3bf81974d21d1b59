//! How a group begins and ends.

use crate::{
	constitution::ensure_name, Administration, Balance, Config, Error, Event, Group, GroupId,
	GroupOf, Groups, HoldReason, Members, Name, NextGroup, Pallet, Thresholds, ADMINISTRATION,
};
use frame_support::{
	defensive, ensure,
	pallet_prelude::{DispatchError, DispatchResult, Get},
	traits::{
		fungible::{Inspect, Mutate, MutateHold},
		tokens::{Fortitude, Precision, Preservation},
	},
};
use sp_runtime::ArithmeticError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_create_group(
		creator: T::AccountId,
		name: Name,
		members: Members<T::AccountId>,
		thresholds: Thresholds,
	) -> Result<GroupId, DispatchError> {
		let id = NextGroup::<T>::get();
		let account = Self::account_of(id);
		ensure_name::<T>(&name)?;
		Self::ensure_constitution(&account, &members, &thresholds)?;

		let existential = T::Currency::minimum_balance();
		T::Currency::transfer(&creator, &account, existential, Preservation::Preserve)
			.map_err(|_| Error::<T>::CannotHoldDeposit)?;
		let deposit = T::GroupDeposit::get();
		T::Currency::hold(&HoldReason::Group.into(), &creator, deposit)
			.map_err(|_| Error::<T>::CannotHoldDeposit)?;

		NextGroup::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let group = Group {
			name,
			members,
			thresholds,
			epoch: 0,
			next_proposal: 0,
			creator,
			deposit,
		};
		Self::insert_group(id, account, group.clone());
		Self::announce(id, group);
		Ok(id)
	}

	/// Ends the group whose account is `account`. Its open proposals are stale from now on.
	pub(crate) fn do_dissolve(account: T::AccountId, beneficiary: T::AccountId) -> DispatchResult {
		let id = GroupOf::<T>::get(&account).ok_or(Error::<T>::NotGroup)?;
		ensure!(id != ADMINISTRATION, Error::<T>::NotDissolvable);
		ensure!(beneficiary != account, Error::<T>::OwnBeneficiary);
		let moved =
			T::Currency::reducible_balance(&account, Preservation::Expendable, Fortitude::Polite);
		ensure!(
			moved == T::Currency::total_balance(&account),
			Error::<T>::StillHolds
		);
		let group = Groups::<T>::take(id).ok_or(Error::<T>::GroupNotFound)?;
		GroupOf::<T>::remove(&account);
		T::Currency::transfer(&account, &beneficiary, moved, Preservation::Expendable)?;
		let returned = T::Currency::release(
			&HoldReason::Group.into(),
			&group.creator,
			group.deposit,
			Precision::BestEffort,
		);
		// What was held for it is held until here: nothing else touches this reason; qed.
		if returned != Ok(group.deposit) {
			defensive!("a group's deposit was not returned whole");
		}
		Self::deposit_event(Event::GroupDissolved {
			group: id,
			beneficiary,
			moved,
		});
		Ok(())
	}

	/// Makes `administration` group 0, with an account that exists. Only a genesis may.
	pub(crate) fn insert_administration(administration: &Administration<T::AccountId>) {
		let account = Self::account_of(ADMINISTRATION);
		let members = Members::try_from(administration.members.clone())
			.expect("the genesis has more members in the administration than a group may have");
		let thresholds = administration.thresholds;
		if let Err(error) = Self::ensure_constitution(&account, &members, &thresholds) {
			panic!("the genesis has an administration that could not decide: {error:?}");
		}
		T::Currency::mint_into(&account, T::Currency::minimum_balance())
			.expect("the existential deposit makes an account; qed");
		let group = Group {
			name: Name::truncate_from(b"administration".to_vec()),
			members,
			thresholds,
			epoch: 0,
			next_proposal: 0,
			creator: account.clone(),
			deposit: Balance::default(),
		};
		Self::insert_group(ADMINISTRATION, account, group);
	}

	/// Says in an event what the genesis could not: no block has its events.
	pub(crate) fn announce_administration() {
		if let Some(group) = Groups::<T>::get(ADMINISTRATION) {
			Self::announce(ADMINISTRATION, group);
		}
	}

	fn insert_group(id: GroupId, account: T::AccountId, group: Group<T::AccountId>) {
		GroupOf::<T>::insert(account, id);
		Groups::<T>::insert(id, group);
	}

	fn announce(id: GroupId, group: Group<T::AccountId>) {
		Self::deposit_event(Event::GroupCreated {
			group: id,
			account: Self::account_of(id),
			creator: group.creator,
			name: group.name,
			members: group.members,
			thresholds: group.thresholds,
			deposit: group.deposit,
		});
	}
}
