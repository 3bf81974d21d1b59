use crate::{Prices, Resources};

const ONE: Resources = Resources {
	cpu: 1,
	memory: 1,
	storage: 1,
	gpus: 1,
	public_ipv4: 1,
};

#[test]
fn a_rate_is_the_sum_of_resource_times_price() {
	let resources = Resources {
		cpu: 2,
		memory: 3,
		storage: 5,
		gpus: 7,
		public_ipv4: 11,
	};
	let prices = Prices {
		cpu: 1,
		memory: 100,
		storage: 10_000,
		gpu: 1_000_000,
		public_ipv4: 100_000_000,
	};
	assert_eq!(resources.rate(&prices), Some(1_107_050_302));
	assert_eq!(resources.rate(&Prices::default()), Some(0));
	assert_eq!(Resources::default().rate(&prices), Some(0));
}

#[test]
fn a_rate_past_the_largest_amount_is_none() {
	let most = Prices {
		cpu: u128::MAX,
		..Prices::default()
	};
	assert_eq!(ONE.rate(&most), Some(u128::MAX));
	assert_eq!(Resources { cpu: 2, ..ONE }.rate(&most), None);
	assert_eq!(
		ONE.rate(&Prices {
			public_ipv4: 1,
			..most
		}),
		None
	);
}

#[test]
fn resources_fit_when_every_part_does() {
	assert!(ONE.fits_in(ONE));
	assert!(Resources::default().fits_in(ONE));
	for more in [
		Resources { cpu: 2, ..ONE },
		Resources { memory: 2, ..ONE },
		Resources { storage: 2, ..ONE },
		Resources { gpus: 2, ..ONE },
		Resources {
			public_ipv4: 2,
			..ONE
		},
	] {
		assert!(!more.fits_in(ONE));
		assert!(ONE.fits_in(more));
	}
}

#[test]
fn sums_past_the_largest_count_are_none() {
	let most = Resources {
		cpu: u32::MAX,
		memory: u32::MAX,
		storage: u32::MAX,
		gpus: u16::MAX,
		public_ipv4: u16::MAX,
	};
	assert_eq!(most.checked_add(Resources::default()), Some(most));
	for one in [
		Resources {
			cpu: 1,
			..Default::default()
		},
		Resources {
			memory: 1,
			..Default::default()
		},
		Resources {
			storage: 1,
			..Default::default()
		},
		Resources {
			gpus: 1,
			..Default::default()
		},
		Resources {
			public_ipv4: 1,
			..Default::default()
		},
	] {
		assert_eq!(most.checked_add(one), None);
		assert_eq!(Resources::default().checked_sub(one), None);
		assert_eq!(
			most.checked_sub(one).and_then(|rest| rest.checked_add(one)),
			Some(most)
		);
	}
}
