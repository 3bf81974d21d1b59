//! The JSON-RPC of our own choice. Substrate's service adds state, chain, author, system and the
//! newer archive, chainHead, chainSpec and transaction methods by itself.

use crate::client::{Block, Client};
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_service::error::Error;
use sc_transaction_pool::TransactionPoolHandle;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

/// Nonces that count what waits in the pool, and what a transaction would cost.
pub fn module(
	client: Arc<Client>,
	pool: Arc<TransactionPoolHandle<Block, Client>>,
) -> Result<RpcModule<()>, Error> {
	let mut module = RpcModule::new(());
	let twice = |error: jsonrpsee::core::RegisterMethodError| Error::Other(error.to_string());
	module
		.merge(System::<_, _, Block>::new(client.clone(), pool).into_rpc())
		.map_err(twice)?;
	module
		.merge(TransactionPayment::<_, Block>::new(client).into_rpc())
		.map_err(twice)?;
	Ok(module)
}
