-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "head" (
    "single" BOOLEAN NOT NULL DEFAULT true,
    "genesis_hash" TEXT NOT NULL,
    "height" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "timestamp_ms" BIGINT NOT NULL,
    "chain_ms" BIGINT NOT NULL,
    "finalized_height" BIGINT NOT NULL,
    "transaction_version" BIGINT NOT NULL,

    CONSTRAINT "head_pkey" PRIMARY KEY ("single")
);

-- CreateTable
CREATE TABLE "undo" (
    "seq" BIGSERIAL NOT NULL,
    "height" BIGINT NOT NULL,
    "of_table" TEXT NOT NULL,
    "key" JSONB NOT NULL,
    "before" JSONB,

    CONSTRAINT "undo_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "blocks" (
    "height" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "parent_hash" TEXT NOT NULL,
    "timestamp_ms" BIGINT NOT NULL,
    "chain_ms" BIGINT NOT NULL,

    CONSTRAINT "blocks_pkey" PRIMARY KEY ("height")
);

-- CreateTable
CREATE TABLE "days" (
    "day" BIGINT NOT NULL,
    "contracts_created" BIGINT NOT NULL,
    "contracts_closed" BIGINT NOT NULL,
    "spent" DECIMAL(39,0) NOT NULL,
    "contracts_offered" BIGINT,
    "contracts_running" BIGINT,
    "contracts_suspended" BIGINT,
    "nodes_active" BIGINT,
    "nodes_draining" BIGINT,
    "nodes_retired" BIGINT,
    "total_cpu" BIGINT,
    "total_memory" BIGINT,
    "total_storage" BIGINT,
    "total_gpus" BIGINT,
    "total_public_ipv4" BIGINT,
    "reserved_cpu" BIGINT,
    "reserved_memory" BIGINT,
    "reserved_storage" BIGINT,
    "reserved_gpus" BIGINT,
    "reserved_public_ipv4" BIGINT,

    CONSTRAINT "days_pkey" PRIMARY KEY ("day")
);

-- CreateTable
CREATE TABLE "events" (
    "height" BIGINT NOT NULL,
    "index" INTEGER NOT NULL,
    "extrinsic_index" INTEGER,
    "pallet" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "group_id" BIGINT,
    "proposal_id" BIGINT,
    "node_id" BIGINT,
    "contract_id" BIGINT,
    "accounts" TEXT[],

    CONSTRAINT "events_pkey" PRIMARY KEY ("height","index")
);

-- CreateTable
CREATE TABLE "groups" (
    "id" BIGINT NOT NULL,
    "account" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "creator" TEXT NOT NULL,
    "deposit" DECIMAL(39,0) NOT NULL,
    "epoch" BIGINT NOT NULL,
    "threshold_deploy" BIGINT NOT NULL,
    "threshold_cancel" BIGINT NOT NULL,
    "threshold_spend" BIGINT NOT NULL,
    "threshold_govern" BIGINT NOT NULL,
    "next_proposal" BIGINT NOT NULL,
    "created_height" BIGINT NOT NULL,
    "changed_height" BIGINT NOT NULL,
    "beneficiary" TEXT,
    "dissolved_height" BIGINT,

    CONSTRAINT "groups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "members" (
    "group_id" BIGINT NOT NULL,
    "account" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "weight" INTEGER NOT NULL,
    "permissions" TEXT[],
    "created_height" BIGINT NOT NULL,
    "changed_height" BIGINT NOT NULL,

    CONSTRAINT "members_pkey" PRIMARY KEY ("group_id","account")
);

-- CreateTable
CREATE TABLE "group_epochs" (
    "group_id" BIGINT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "threshold_deploy" BIGINT NOT NULL,
    "threshold_cancel" BIGINT NOT NULL,
    "threshold_spend" BIGINT NOT NULL,
    "threshold_govern" BIGINT NOT NULL,
    "members" JSONB NOT NULL,
    "approve_weight" BIGINT NOT NULL,
    "created_height" BIGINT NOT NULL,

    CONSTRAINT "group_epochs_pkey" PRIMARY KEY ("group_id","epoch")
);

-- CreateTable
CREATE TABLE "proposals" (
    "group_id" BIGINT NOT NULL,
    "id" BIGINT NOT NULL,
    "proposer" TEXT NOT NULL,
    "call" TEXT NOT NULL,
    "call_pallet" TEXT NOT NULL,
    "call_name" TEXT NOT NULL,
    "call_args" JSONB NOT NULL,
    "kind" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "transaction_version" BIGINT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "expires" BIGINT NOT NULL,
    "deposit" DECIMAL(39,0) NOT NULL,
    "state" TEXT NOT NULL,
    "created_height" BIGINT NOT NULL,
    "created_extrinsic" INTEGER,
    "changed_height" BIGINT NOT NULL,
    "closed_height" BIGINT,
    "closed_extrinsic" INTEGER,

    CONSTRAINT "proposals_pkey" PRIMARY KEY ("group_id","id")
);

-- CreateTable
CREATE TABLE "votes" (
    "group_id" BIGINT NOT NULL,
    "proposal_id" BIGINT NOT NULL,
    "member" TEXT NOT NULL,
    "vote" TEXT NOT NULL,
    "weight" INTEGER NOT NULL,
    "created_height" BIGINT NOT NULL,
    "changed_height" BIGINT NOT NULL,

    CONSTRAINT "votes_pkey" PRIMARY KEY ("group_id","proposal_id","member")
);

-- CreateTable
CREATE TABLE "nodes" (
    "id" BIGINT NOT NULL,
    "operator" TEXT NOT NULL,
    "named_agent" TEXT,
    "agent" TEXT,
    "sealing_key" TEXT NOT NULL,
    "sealing_version" BIGINT NOT NULL,
    "total_cpu" BIGINT NOT NULL,
    "total_memory" BIGINT NOT NULL,
    "total_storage" BIGINT NOT NULL,
    "total_gpus" INTEGER NOT NULL,
    "total_public_ipv4" INTEGER NOT NULL,
    "reserved_cpu" BIGINT NOT NULL,
    "reserved_memory" BIGINT NOT NULL,
    "reserved_storage" BIGINT NOT NULL,
    "reserved_gpus" INTEGER NOT NULL,
    "reserved_public_ipv4" INTEGER NOT NULL,
    "free_cpu" BIGINT NOT NULL DEFAULT 0,
    "free_memory" BIGINT NOT NULL DEFAULT 0,
    "free_storage" BIGINT NOT NULL DEFAULT 0,
    "free_gpus" INTEGER NOT NULL DEFAULT 0,
    "free_public_ipv4" INTEGER NOT NULL DEFAULT 0,
    "price_cpu" DECIMAL(39,0) NOT NULL,
    "price_memory" DECIMAL(39,0) NOT NULL,
    "price_storage" DECIMAL(39,0) NOT NULL,
    "price_gpu" DECIMAL(39,0) NOT NULL,
    "price_public_ipv4" DECIMAL(39,0) NOT NULL,
    "region" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,
    "endpoint" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "live" BIGINT NOT NULL,
    "last_seen" BIGINT,
    "announced_at" BIGINT,
    "contract_count" BIGINT NOT NULL,
    "deposit" DECIMAL(39,0) NOT NULL,
    "created_height" BIGINT NOT NULL,
    "changed_height" BIGINT NOT NULL,
    "removed_height" BIGINT,

    CONSTRAINT "nodes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contracts" (
    "id" BIGINT NOT NULL,
    "owner" TEXT NOT NULL,
    "node_id" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "version" BIGINT NOT NULL,
    "running_version" BIGINT,
    "pending_version" BIGINT,
    "escrow" DECIMAL(39,0) NOT NULL,
    "paid" DECIMAL(39,0) NOT NULL,
    "settled_at" BIGINT NOT NULL,
    "suspended_at" BIGINT,
    "network_key" TEXT,
    "health" TEXT,
    "reported_at" BIGINT,
    "created_at" BIGINT NOT NULL,
    "deposit" DECIMAL(39,0) NOT NULL,
    "created_height" BIGINT NOT NULL,
    "created_extrinsic" INTEGER,
    "changed_height" BIGINT NOT NULL,
    "closed_height" BIGINT,
    "closed_at" BIGINT,
    "close_reason" TEXT,
    "refund" DECIMAL(39,0),
    "tombstone_deposit" DECIMAL(39,0),
    "tombstone_body" TEXT,
    "pruned_height" BIGINT,
    "name" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "contracts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contract_images" (
    "contract_id" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,

    CONSTRAINT "contract_images_pkey" PRIMARY KEY ("contract_id","digest")
);

-- CreateTable
CREATE TABLE "specs" (
    "contract_id" BIGINT NOT NULL,
    "version" BIGINT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "cpu" BIGINT NOT NULL,
    "memory" BIGINT NOT NULL,
    "storage" BIGINT NOT NULL,
    "gpus" INTEGER NOT NULL,
    "public_ipv4" INTEGER NOT NULL,
    "rate" DECIMAL(39,0) NOT NULL,
    "sealing_version" BIGINT NOT NULL,
    "deposit" DECIMAL(39,0) NOT NULL,
    "deadline" BIGINT NOT NULL,
    "created_height" BIGINT NOT NULL,
    "accepted_height" BIGINT,
    "decline_reason" TEXT,
    "drop_reason" TEXT,

    CONSTRAINT "specs_pkey" PRIMARY KEY ("contract_id","version")
);

-- CreateTable
CREATE TABLE "bodies" (
    "hash" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "text" TEXT,
    "reference_count" BIGINT NOT NULL,
    "created_height" BIGINT NOT NULL,
    "changed_height" BIGINT NOT NULL,
    "removed_height" BIGINT,
    "name" TEXT NOT NULL DEFAULT '',
    "image_digests" TEXT[] DEFAULT ARRAY[]::TEXT[],

    CONSTRAINT "bodies_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "body_holders" (
    "body_hash" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "deposit" DECIMAL(39,0) NOT NULL,
    "created_height" BIGINT NOT NULL,

    CONSTRAINT "body_holders_pkey" PRIMARY KEY ("body_hash","account")
);

-- CreateIndex
CREATE INDEX "undo_height_idx" ON "undo"("height");

-- CreateIndex
CREATE UNIQUE INDEX "blocks_hash_key" ON "blocks"("hash");

-- CreateIndex
CREATE INDEX "events_pallet_name_height_index_idx" ON "events"("pallet", "name", "height", "index");

-- CreateIndex
CREATE INDEX "events_group_id_height_index_idx" ON "events"("group_id", "height", "index");

-- CreateIndex
CREATE INDEX "events_node_id_height_index_idx" ON "events"("node_id", "height", "index");

-- CreateIndex
CREATE INDEX "events_contract_id_height_index_idx" ON "events"("contract_id", "height", "index");

-- CreateIndex
CREATE INDEX "events_accounts_idx" ON "events" USING GIN ("accounts");

-- CreateIndex
CREATE UNIQUE INDEX "groups_account_key" ON "groups"("account");

-- CreateIndex
CREATE INDEX "groups_creator_id_idx" ON "groups"("creator", "id");

-- CreateIndex
CREATE INDEX "groups_changed_height_id_idx" ON "groups"("changed_height", "id");

-- CreateIndex
CREATE INDEX "groups_name_id_idx" ON "groups"("name", "id");

-- CreateIndex
CREATE INDEX "members_account_group_id_idx" ON "members"("account", "group_id");

-- CreateIndex
CREATE INDEX "proposals_state_group_id_id_idx" ON "proposals"("state", "group_id", "id");

-- CreateIndex
CREATE INDEX "proposals_proposer_group_id_id_idx" ON "proposals"("proposer", "group_id", "id");

-- CreateIndex
CREATE INDEX "proposals_created_height_group_id_id_idx" ON "proposals"("created_height", "group_id", "id");

-- CreateIndex
CREATE INDEX "proposals_changed_height_group_id_id_idx" ON "proposals"("changed_height", "group_id", "id");

-- CreateIndex
CREATE INDEX "proposals_closed_height_closed_extrinsic_idx" ON "proposals"("closed_height", "closed_extrinsic");

-- CreateIndex
CREATE INDEX "votes_member_group_id_proposal_id_idx" ON "votes"("member", "group_id", "proposal_id");

-- CreateIndex
CREATE INDEX "nodes_operator_id_idx" ON "nodes"("operator", "id");

-- CreateIndex
CREATE INDEX "nodes_agent_idx" ON "nodes"("agent");

-- CreateIndex
CREATE INDEX "nodes_named_agent_idx" ON "nodes"("named_agent");

-- CreateIndex
CREATE INDEX "nodes_state_id_idx" ON "nodes"("state", "id");

-- CreateIndex
CREATE INDEX "nodes_region_id_idx" ON "nodes"("region", "id");

-- CreateIndex
CREATE INDEX "nodes_attributes_idx" ON "nodes" USING GIN ("attributes" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "nodes_contract_count_id_idx" ON "nodes"("contract_count", "id");

-- CreateIndex
CREATE INDEX "nodes_free_cpu_id_idx" ON "nodes"("free_cpu", "id");

-- CreateIndex
CREATE INDEX "nodes_free_memory_id_idx" ON "nodes"("free_memory", "id");

-- CreateIndex
CREATE INDEX "nodes_free_storage_id_idx" ON "nodes"("free_storage", "id");

-- CreateIndex
CREATE INDEX "nodes_free_gpus_id_idx" ON "nodes"("free_gpus", "id");

-- CreateIndex
CREATE INDEX "nodes_free_public_ipv4_id_idx" ON "nodes"("free_public_ipv4", "id");

-- CreateIndex
CREATE INDEX "nodes_price_cpu_id_idx" ON "nodes"("price_cpu", "id");

-- CreateIndex
CREATE INDEX "nodes_price_memory_id_idx" ON "nodes"("price_memory", "id");

-- CreateIndex
CREATE INDEX "nodes_price_storage_id_idx" ON "nodes"("price_storage", "id");

-- CreateIndex
CREATE INDEX "nodes_price_gpu_id_idx" ON "nodes"("price_gpu", "id");

-- CreateIndex
CREATE INDEX "nodes_price_public_ipv4_id_idx" ON "nodes"("price_public_ipv4", "id");

-- CreateIndex
CREATE INDEX "contracts_owner_id_idx" ON "contracts"("owner", "id");

-- CreateIndex
CREATE INDEX "contracts_state_id_idx" ON "contracts"("state", "id");

-- CreateIndex
CREATE INDEX "contracts_node_id_id_idx" ON "contracts"("node_id", "id");

-- CreateIndex
CREATE INDEX "contracts_node_id_state_id_idx" ON "contracts"("node_id", "state", "id");

-- CreateIndex
CREATE INDEX "contracts_node_id_changed_height_id_idx" ON "contracts"("node_id", "changed_height", "id");

-- CreateIndex
CREATE INDEX "contracts_changed_height_id_idx" ON "contracts"("changed_height", "id");

-- CreateIndex
CREATE INDEX "contracts_created_height_created_extrinsic_idx" ON "contracts"("created_height", "created_extrinsic");

-- CreateIndex
CREATE INDEX "contracts_created_at_id_idx" ON "contracts"("created_at", "id");

-- CreateIndex
CREATE INDEX "contracts_escrow_id_idx" ON "contracts"("escrow", "id");

-- CreateIndex
CREATE INDEX "contracts_paid_id_idx" ON "contracts"("paid", "id");

-- CreateIndex
CREATE INDEX "contracts_name_id_idx" ON "contracts"("name", "id");

-- CreateIndex
CREATE INDEX "contract_images_digest_contract_id_idx" ON "contract_images"("digest", "contract_id");

-- CreateIndex
CREATE INDEX "specs_body_hash_idx" ON "specs"("body_hash");

-- CreateIndex
CREATE INDEX "body_holders_account_idx" ON "body_holders"("account");

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_height_fkey" FOREIGN KEY ("height") REFERENCES "blocks"("height") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_epochs" ADD CONSTRAINT "group_epochs_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposals" ADD CONSTRAINT "proposals_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposals" ADD CONSTRAINT "proposals_group_id_epoch_fkey" FOREIGN KEY ("group_id", "epoch") REFERENCES "group_epochs"("group_id", "epoch") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "votes" ADD CONSTRAINT "votes_group_id_proposal_id_fkey" FOREIGN KEY ("group_id", "proposal_id") REFERENCES "proposals"("group_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contracts" ADD CONSTRAINT "contracts_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "nodes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contract_images" ADD CONSTRAINT "contract_images_contract_id_fkey" FOREIGN KEY ("contract_id") REFERENCES "contracts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "specs" ADD CONSTRAINT "specs_contract_id_fkey" FOREIGN KEY ("contract_id") REFERENCES "contracts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "specs" ADD CONSTRAINT "specs_body_hash_fkey" FOREIGN KEY ("body_hash") REFERENCES "bodies"("hash") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "body_holders" ADD CONSTRAINT "body_holders_body_hash_fkey" FOREIGN KEY ("body_hash") REFERENCES "bodies"("hash") ON DELETE RESTRICT ON UPDATE CASCADE;
