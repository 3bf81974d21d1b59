//! A running node: network, pool and JSON-RPC; a validator's block making and votes besides.

use crate::{
	client::{now, open, Block, Hash, Opened, JUSTIFICATION_PERIOD},
	rpc,
};
use sc_consensus_aura::{SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{
	grandpa_peers_set_config, protocol_standard_name, run_grandpa_voter,
	warp_proof::NetworkProvider, GrandpaParams, SharedVoterState, VotingRulesBuilder,
};
use sc_network::{config::FullNetworkConfiguration, NetworkBackend};
use sc_service::{
	error::Error, BuildNetworkParams, Configuration, SpawnTasksParams, TaskManager, WarpSyncConfig,
};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::sr25519::AuthorityPair;
use std::{sync::Arc, time::Duration};

/// How often votes are told to peers again; three of these pass before a round goes on.
const GOSSIP_PERIOD: Duration = Duration::from_millis(333);
/// Of a slot, what may go into filling a block; the rest is for its way to the other validators.
const PROPOSAL_SHARE: f32 = 2f32 / 3f32;

pub fn start<Network: NetworkBackend<Block, Hash>>(
	config: Configuration,
) -> Result<TaskManager, Error> {
	let Opened {
		client,
		backend,
		keystore,
		mut task_manager,
		select_chain,
		import_queue,
		block_import,
		grandpa,
		mut telemetry,
	} = open(&config)?;
	let telemetry_handle = telemetry.as_ref().map(|telemetry| telemetry.handle());
	let role = config.role.clone();
	let name = config.network.node_name.clone();
	let force_authoring = config.force_authoring;
	let prometheus = config.prometheus_registry().cloned();

	let pool = Arc::new(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(prometheus.as_ref())
		.build(),
	);

	let mut net_config =
		FullNetworkConfiguration::<Block, Hash, Network>::new(&config.network, prometheus.clone());
	let metrics = Network::register_notification_metrics(prometheus.as_ref());
	let genesis_hash = client.chain_info().genesis_hash;
	let protocol_name = protocol_standard_name(&genesis_hash, &config.chain_spec);
	let (votes_protocol, notification_service) = grandpa_peers_set_config::<_, Network>(
		protocol_name.clone(),
		metrics.clone(),
		net_config.peer_store_handle(),
	);
	net_config.add_notification_protocol(votes_protocol);
	let warp_sync = NetworkProvider::new(
		backend.clone(),
		grandpa.shared_authority_set().clone(),
		Vec::default(),
	);
	let (network, system_rpc_tx, tx_handler_controller, sync) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_sync))),
			block_relay: None,
			metrics,
		})?;

	let (rpc_client, rpc_pool) = (client.clone(), pool.clone());
	sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client: client.clone(),
		backend,
		task_manager: &mut task_manager,
		keystore: keystore.keystore(),
		transaction_pool: pool.clone(),
		rpc_builder: Box::new(move |_| rpc::module(rpc_client.clone(), rpc_pool.clone())),
		network: network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync.clone(),
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if role.is_authority() {
		let proposer_factory = sc_basic_authorship::ProposerFactory::new(
			task_manager.spawn_handle(),
			client.clone(),
			pool.clone(),
			prometheus.as_ref(),
			telemetry_handle.clone(),
		);
		let for_blocks = client.clone();
		let aura = sc_consensus_aura::start_aura::<AuthorityPair, _, _, _, _, _, _, _, _, _, _>(
			StartAuraParams {
				slot_duration: sc_consensus_aura::slot_duration(&*client)?,
				client,
				select_chain,
				block_import,
				proposer_factory,
				create_inherent_data_providers: move |parent, ()| now(for_blocks.clone(), parent),
				force_authoring,
				backoff_authoring_blocks: None::<()>,
				keystore: keystore.keystore(),
				sync_oracle: sync.clone(),
				justification_sync_link: sync.clone(),
				block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SHARE),
				max_block_proposal_slot_portion: None,
				telemetry: telemetry_handle.clone(),
				compatibility_mode: Default::default(),
			},
		)?;
		task_manager
			.spawn_essential_handle()
			.spawn_blocking("aura", Some("block-authoring"), aura);
	}

	// A node that is no validator follows the votes too, and so knows what is final by itself.
	let voter = run_grandpa_voter(GrandpaParams {
		config: sc_consensus_grandpa::Config {
			gossip_duration: GOSSIP_PERIOD,
			justification_generation_period: JUSTIFICATION_PERIOD,
			name: Some(name),
			observer_enabled: false,
			keystore: role.is_authority().then(|| keystore.keystore()),
			local_role: role,
			telemetry: telemetry_handle.clone(),
			protocol_name,
		},
		link: grandpa,
		network,
		sync: Arc::new(sync),
		notification_service,
		voting_rule: VotingRulesBuilder::default().build(),
		prometheus_registry: prometheus,
		shared_voter_state: SharedVoterState::empty(),
		telemetry: telemetry_handle,
		offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(pool),
	})?;
	task_manager
		.spawn_essential_handle()
		.spawn_blocking("grandpa-voter", None, voter);
	Ok(task_manager)
}
