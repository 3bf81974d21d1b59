use crate::mock::*;
use sp_core::hex2array;

/// Every client derives the same accounts; a changed one would strand what the groups own.
#[test]
fn account_of_has_these_vectors() {
	let vectors: [(u32, [u8; 32]); 4] = [
		(
			0,
			hex2array!("56c43ab3f9ff2778344000264b8da92123cf9cf73e122eba499cf88e344484f7"),
		),
		(
			1,
			hex2array!("5b00fca9a2b729d9ba454899f863b9e19ec2b2c5b0e1a95494dc20534a70f2ab"),
		),
		(
			258,
			hex2array!("825db5c190768a34e2bd1c81dda4a09f404627cc38b86be5e88d3bc43233efbe"),
		),
		(
			u32::MAX,
			hex2array!("5c9c72ae663dfe572ddb98a1552ee073b63629349d20e08d5fc05e6780541962"),
		),
	];
	for (group, bytes) in vectors {
		assert_eq!(account(group), bytes.into(), "group {group}");
	}
}
