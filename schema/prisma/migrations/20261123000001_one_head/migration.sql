-- A database mirrors one chain, so it has one head. Prisma's schema language has no word for this.
ALTER TABLE "head" ADD CONSTRAINT "head_single_check" CHECK ("single");
