//! Bodies: the bytes stay while somebody holds them or a contract names them.

use crate::{
	Balance, Bodies, Body, BodyDeposits, BodyHash, Config, Error, Event, HoldReason, Pallet,
};
use frame_support::{
	traits::{fungible::MutateHold, Get},
	BoundedVec,
};
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// The deposit for what is kept of a body's bytes.
	pub(crate) fn deposit_for_bytes(len: usize) -> Balance {
		T::BodyByteDeposit::get().saturating_mul(len as Balance)
	}

	/// Makes `who` a holder of `bytes`, against a deposit, unless it is one already.
	pub(crate) fn do_note_body(
		who: T::AccountId,
		bytes: BoundedVec<u8, T::MaxBodyLen>,
	) -> DispatchResult {
		let hash = BlakeTwo256::hash(&bytes);
		if BodyDeposits::<T>::contains_key(hash, &who) {
			return Ok(());
		}

		let deposit = T::BodyDeposit::get().saturating_add(Self::deposit_for_bytes(bytes.len()));
		T::Currency::hold(&HoldReason::Body.into(), &who, deposit)
			.map_err(|_| Error::<T>::CannotHoldDeposit)?;
		BodyDeposits::<T>::insert(hash, &who, deposit);
		Bodies::<T>::mutate(hash, |body| {
			let body = body.get_or_insert_with(|| Body {
				bytes: bytes.clone(),
				holders: 0,
				references: 0,
			});
			body.holders = body.holders.saturating_add(1);
		});
		Self::deposit_event(Event::BodyNoted {
			hash,
			who,
			bytes,
			deposit,
		});
		Ok(())
	}

	/// Ends `who` being a holder, and gives its deposit back.
	pub(crate) fn do_drop_body(who: T::AccountId, hash: BodyHash) -> DispatchResult {
		let deposit = BodyDeposits::<T>::take(hash, &who).ok_or(Error::<T>::NotHolder)?;
		Self::release(HoldReason::Body, &who, deposit);
		Self::deposit_event(Event::BodyDropped { hash, who });
		Self::let_go(hash, |body| body.holders = body.holders.saturating_sub(1));
		Ok(())
	}

	/// Counts one more spec that names the body, and answers its length.
	pub(crate) fn refer_to_body(hash: BodyHash) -> Result<usize, DispatchError> {
		Bodies::<T>::try_mutate(hash, |body| {
			let body = body.as_mut().ok_or(Error::<T>::BodyNotFound)?;
			body.references = body.references.saturating_add(1);
			Ok(body.bytes.len())
		})
	}

	/// Counts one spec less that names the body.
	pub(crate) fn forget_body(hash: BodyHash) {
		Self::let_go(hash, |body| {
			body.references = body.references.saturating_sub(1)
		});
	}

	fn let_go(hash: BodyHash, count_down: impl FnOnce(&mut Body<T::MaxBodyLen>)) {
		Bodies::<T>::mutate_exists(hash, |entry| {
			let Some(body) = entry else { return };
			count_down(body);
			if body.holders == 0 && body.references == 0 {
				*entry = None;
				Self::deposit_event(Event::BodyRemoved { hash });
			}
		});
	}
}
