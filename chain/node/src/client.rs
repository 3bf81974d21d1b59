//! What every command works with: the database, the client over it, and the queue through which
//! blocks get into it once Aura and GRANDPA have checked them.

use covenant_runtime::RuntimeApi;
use sc_consensus::DefaultImportQueue;
use sc_consensus_aura::{standalone::slot_duration_at, ImportQueueParams};
use sc_consensus_grandpa::{GrandpaBlockImport, LinkHalf};
use sc_executor::WasmExecutor;
use sc_service::{
	error::Error, Configuration, KeystoreContainer, TFullBackend, TFullClient, TaskManager,
};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sp_consensus_aura::{inherents::InherentDataProvider as Slot, sr25519::AuthorityPair};
use sp_io::SubstrateHostFunctions;
use sp_runtime::{generic, traits::Block as BlockT, OpaqueExtrinsic};
use sp_timestamp::InherentDataProvider as Timestamp;
use std::sync::Arc;

/// The runtime alone knows what an extrinsic is: a new one needs no new node.
pub type Block = generic::Block<covenant_runtime::Header, OpaqueExtrinsic>;
pub type Hash = <Block as BlockT>::Hash;
pub type Client = TFullClient<Block, RuntimeApi, WasmExecutor<SubstrateHostFunctions>>;
pub type Backend = TFullBackend<Block>;
pub type LongestChain = sc_consensus::LongestChain<Backend, Block>;
pub type BlockImport = GrandpaBlockImport<Backend, Block, Client, LongestChain>;

/// In how many blocks a proof of finality is kept at least once, for nodes that catch up.
pub const JUSTIFICATION_PERIOD: u32 = 512;

pub struct Opened {
	pub client: Arc<Client>,
	pub backend: Arc<Backend>,
	pub keystore: KeystoreContainer,
	pub task_manager: TaskManager,
	pub select_chain: LongestChain,
	pub import_queue: DefaultImportQueue<Block>,
	pub block_import: BlockImport,
	pub grandpa: LinkHalf<Block, Client, LongestChain>,
	pub telemetry: Option<Telemetry>,
}

pub fn open(config: &Configuration) -> Result<Opened, Error> {
	let worker = config
		.telemetry_endpoints
		.clone()
		.filter(|endpoints| !endpoints.is_empty())
		.map(|endpoints| {
			let worker = TelemetryWorker::new(16)?;
			let telemetry = worker.handle().new_telemetry(endpoints);
			Ok::<_, sc_telemetry::Error>((worker, telemetry))
		})
		.transpose()?;
	let handle = worker.as_ref().map(|(_, telemetry)| telemetry.handle());

	let executor = sc_service::new_wasm_executor::<SubstrateHostFunctions>(&config.executor);
	let (client, backend, keystore, task_manager) = sc_service::new_full_parts::<
		Block,
		RuntimeApi,
		_,
	>(config, handle.clone(), executor, vec![])?;
	let client = Arc::new(client);
	let telemetry = worker.map(|(worker, telemetry)| {
		task_manager
			.spawn_handle()
			.spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = LongestChain::new(backend.clone());
	let (block_import, grandpa): (BlockImport, _) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		handle.clone(),
	)?;
	let for_import = client.clone();
	let import_queue =
		sc_consensus_aura::import_queue::<AuthorityPair, _, _, _, _, _>(ImportQueueParams {
			block_import: block_import.clone(),
			justification_import: Some(Box::new(block_import.clone())),
			client: client.clone(),
			create_inherent_data_providers: move |parent, ()| now(for_import.clone(), parent),
			spawner: &task_manager.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			check_for_equivocation: Default::default(),
			telemetry: handle,
			compatibility_mode: Default::default(),
		})?;
	Ok(Opened {
		client,
		backend,
		keystore,
		task_manager,
		select_chain,
		import_queue,
		block_import,
		grandpa,
		telemetry,
	})
}

/// The wall clock, and the slot that it is in: slots are as long as the parent block's state says.
pub async fn now(
	client: Arc<Client>,
	parent: Hash,
) -> Result<(Slot, Timestamp), Box<dyn std::error::Error + Send + Sync>> {
	let duration = slot_duration_at(&*client, parent)?;
	let time = Timestamp::from_system_time();
	Ok((
		Slot::from_timestamp_and_slot_duration(*time, duration),
		time,
	))
}
