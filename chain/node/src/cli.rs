//! The command line: the usual commands of a Substrate node, without those that would make a spec.

use crate::{
	client::{open, Block, Hash, Opened},
	service,
};
use clap::Parser;
use sc_cli::{
	ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ImportBlocksCmd, KeySubcommand, PurgeChainCmd,
	RevertCmd, RunCmd, SubstrateCli,
};
use sc_network::{config::NetworkBackendType, Litep2pNetworkBackend, NetworkWorker};
use sc_service::{ChainSpec, GenericChainSpec};

#[derive(Debug, Parser)]
struct Cli {
	#[command(subcommand)]
	command: Option<Command>,
	#[command(flatten)]
	run: RunCmd,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
	/// Make, look at and insert keys.
	#[command(subcommand)]
	Key(KeySubcommand),
	/// Say how far the chain in the database is.
	ChainInfo(ChainInfoCmd),
	/// Execute a block of the database anew.
	CheckBlock(CheckBlockCmd),
	/// Write blocks to a file.
	ExportBlocks(ExportBlocksCmd),
	/// Read blocks from a file.
	ImportBlocks(ImportBlocksCmd),
	/// Remove the whole chain from the database.
	PurgeChain(PurgeChainCmd),
	/// Take back the last blocks that are not final.
	Revert(RevertCmd),
}

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Covenant".into()
	}
	fn impl_version() -> String {
		env!("CARGO_PKG_VERSION").into()
	}
	fn executable_name() -> String {
		env!("CARGO_PKG_NAME").into()
	}
	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}
	fn author() -> String {
		"Covenant".into()
	}
	fn support_url() -> String {
		"docs/running-validators.md".into()
	}
	fn copyright_start_year() -> i32 {
		2026
	}
	fn load_spec(&self, file: &str) -> Result<Box<dyn ChainSpec>, String> {
		if file.is_empty() || file == "dev" {
			return Err(
				"no chain is named: give --chain FILE, which `covenant chain spec --out FILE` writes"
					.into(),
			);
		}
		let spec: GenericChainSpec = GenericChainSpec::from_json_file(file.into())?;
		Ok(Box::new(spec))
	}
}

pub fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();
	match &cli.command {
		Some(Command::Key(command)) => command.run(&cli),
		Some(Command::ChainInfo(command)) => cli
			.create_runner(command)?
			.sync_run(|config| command.run::<Block>(&config)),
		Some(Command::PurgeChain(command)) => cli
			.create_runner(command)?
			.sync_run(|config| command.run(config.database)),
		Some(Command::CheckBlock(command)) => cli.create_runner(command)?.async_run(|config| {
			let Opened {
				client,
				import_queue,
				task_manager,
				..
			} = open(&config)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Some(Command::ImportBlocks(command)) => cli.create_runner(command)?.async_run(|config| {
			let Opened {
				client,
				import_queue,
				task_manager,
				..
			} = open(&config)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Some(Command::ExportBlocks(command)) => cli.create_runner(command)?.async_run(|config| {
			let Opened {
				client,
				task_manager,
				..
			} = open(&config)?;
			Ok((command.run(client, config.database), task_manager))
		}),
		Some(Command::Revert(command)) => cli.create_runner(command)?.async_run(|config| {
			let Opened {
				client,
				backend,
				task_manager,
				..
			} = open(&config)?;
			let forget_votes = Box::new(|client, _, blocks| {
				sc_consensus_grandpa::revert(client, blocks)?;
				Ok(())
			});
			Ok((
				command.run(client, backend, Some(forget_votes)),
				task_manager,
			))
		}),
		None => cli
			.create_runner(&cli.run)?
			.run_node_until_exit(|config| async move {
				let started = match config.network.network_backend {
					NetworkBackendType::Libp2p => {
						service::start::<NetworkWorker<Block, Hash>>(config)
					}
					NetworkBackendType::Litep2p => service::start::<Litep2pNetworkBackend>(config),
				};
				started.map_err(sc_cli::Error::Service)
			}),
	}
}
