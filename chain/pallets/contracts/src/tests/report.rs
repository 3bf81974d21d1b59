use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn report(who: AccountId, id: ContractId, health: Health) -> DispatchResult {
	Contracts::report(signed(who), id, health)
}

fn is_free(who: AccountId, contract: ContractId) -> bool {
	let health = Health::Healthy;
	is_feeless(who, Call::report { contract, health })
}

fn assert_fails(who: AccountId, id: ContractId, error: Error<Test>) {
	assert!(!is_free(who, id), "what fails is not free");
	assert_noop!(report(who, id, Health::Healthy), error);
}

#[test]
fn report_works() {
	run(|| {
		let id = running();
		pass(5);
		let before = contract(id);
		assert!(is_free(AGENT, id));
		assert_ok!(report(AGENT, id, Health::Starting));
		let health = Health::Starting;
		assert_eq!(
			contract(id),
			Contract {
				report: Some(Report { health, at: now() }),
				..before
			},
			"nothing but the report, and nothing is paid"
		);
		assert_eq!(
			events().last(),
			Some(&Event::Reported {
				contract: id,
				node: 1,
				health,
				at: now(),
			})
		);
	});
}

#[test]
fn report_again_within_the_period_fails() {
	run(|| {
		let (id, other) = (running(), running());
		assert_ok!(report(AGENT, id, Health::Healthy));
		assert_ok!(report(AGENT, other, Health::Healthy));
		pass(REPORT_PERIOD - 1);
		assert_fails(AGENT, id, Error::<Test>::ReportedTooSoon);
		pass(1);
		assert_ok!(report(AGENT, id, Health::Unhealthy));
	});
}

#[test]
fn report_what_is_not_running_fails() {
	run(|| {
		let (suspended, offered) = (suspended(), offered());
		for id in [suspended, offered] {
			assert_fails(AGENT, id, Error::<Test>::NotRunning);
		}
	});
}

#[test]
fn report_by_anyone_but_the_nodes_agent_fails() {
	run(|| {
		serving(OTHER_AGENT);
		let id = running();
		for who in [OWNER, OPERATOR, OTHER_AGENT] {
			assert_fails(who, id, Error::<Test>::NotAgent);
		}
	});
}

#[test]
fn report_what_is_not_there_fails() {
	run(|| assert_fails(AGENT, 1, Error::<Test>::ContractNotFound));
}
