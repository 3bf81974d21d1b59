//! What a group's members and thresholds must be, so that it can decide and can change itself.

use crate::{types::voting_weight, Config, Error, Members, Pallet, Permissions, Thresholds};
use frame_support::ensure;

impl<T: Config> Pallet<T> {
	/// Refuses members and thresholds that the group with `account` could not decide with.
	pub(crate) fn ensure_constitution(
		account: &T::AccountId,
		members: &Members<T::AccountId>,
		thresholds: &Thresholds,
	) -> Result<(), Error<T>> {
		for (index, member) in members.iter().enumerate() {
			ensure!(member.weight > 0, Error::<T>::ZeroWeight);
			ensure!(
				member.permissions.are_known(),
				Error::<T>::UnknownPermissions
			);
			ensure!(member.account != *account, Error::<T>::OwnMember);
			let earlier = &members[..index];
			ensure!(
				earlier.iter().all(|other| other.account != member.account),
				Error::<T>::DuplicateMember
			);
		}
		ensure!(
			members
				.iter()
				.any(|member| member.may(Permissions::PROPOSE)),
			Error::<T>::NobodyMayPropose
		);
		let reachable = 1..=voting_weight(members);
		ensure!(
			thresholds
				.all()
				.iter()
				.all(|threshold| reachable.contains(threshold)),
			Error::<T>::ThresholdOutOfReach
		);
		ensure!(
			thresholds
				.all()
				.iter()
				.all(|threshold| *threshold <= thresholds.govern),
			Error::<T>::GovernTooLow
		);
		Ok(())
	}
}

/// Refuses a name that explorers and clients could not show.
pub(crate) fn ensure_name<T: Config>(name: &[u8]) -> Result<(), Error<T>> {
	let text = core::str::from_utf8(name).map_err(|_| Error::<T>::NotText)?;
	ensure!(!text.chars().any(char::is_control), Error::<T>::NotText);
	Ok(())
}
