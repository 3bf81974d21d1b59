-- A heartbeat changes no column that has an index: where its page has room for the row's next version, no index is
-- written. Prisma's schema language has no word for this.
ALTER TABLE "nodes" SET (fillfactor = 60);
