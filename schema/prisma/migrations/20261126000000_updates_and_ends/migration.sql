-- AlterTable
ALTER TABLE "contracts" ADD COLUMN     "health" TEXT,
ADD COLUMN     "pruned_height" BIGINT,
ADD COLUMN     "reported_at" BIGINT;

-- AlterTable
ALTER TABLE "nodes" ADD COLUMN     "removed_height" BIGINT;

-- AlterTable
ALTER TABLE "specs" ADD COLUMN     "deposit" DECIMAL(39,0) NOT NULL DEFAULT 0,
ADD COLUMN     "drop_reason" TEXT;

-- Specs that are here already have their deposit in their contract's.
ALTER TABLE "specs" ALTER COLUMN "deposit" DROP DEFAULT;
