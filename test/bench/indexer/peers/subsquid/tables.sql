-- The squid's store upserts by a column `id`: here it takes the place of the key of two columns.
ALTER TABLE specs ADD COLUMN id text NOT NULL;
ALTER TABLE specs DROP CONSTRAINT specs_pkey;
ALTER TABLE specs ADD CONSTRAINT specs_pkey PRIMARY KEY (id);
