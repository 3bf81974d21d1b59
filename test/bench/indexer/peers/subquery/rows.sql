-- What SubQuery has written, with the types that our columns have: its ids are text, its whole numbers numeric, and its
-- lists JSON.
CREATE SCHEMA same;
CREATE VIEW same.blocks AS SELECT * FROM app.blocks;
CREATE VIEW same.events AS
  SELECT height, index, extrinsic_index, pallet, name, data, group_id, proposal_id, node_id, contract_id,
    ARRAY(SELECT jsonb_array_elements_text(accounts)) AS accounts
  FROM app.events;
CREATE VIEW same.nodes AS
  SELECT id::bigint AS id, operator, named_agent, agent, sealing_key, sealing_version, total_cpu, total_public_ipv4,
    reserved_cpu, reserved_public_ipv4, free_cpu, free_public_ipv4, price_cpu, price_public_ipv4, region, attributes,
    endpoint, state, live, last_seen, announced_at, contract_count, deposit, created_height, changed_height,
    removed_height
  FROM app.nodes;
CREATE VIEW same.contracts AS
  SELECT id::bigint AS id, owner, node_id, state, version, running_version, pending_version, escrow, paid, settled_at,
    suspended_at, network_key, created_at, deposit, created_height, created_extrinsic, changed_height, name
  FROM app.contracts;
CREATE VIEW same.specs AS SELECT * FROM app.specs;
CREATE VIEW same.bodies AS
  SELECT id AS hash, decode(substr(bytes, 3), 'hex') AS bytes, text, reference_count, created_height, changed_height,
    name, ARRAY(SELECT jsonb_array_elements_text(image_digests)) AS image_digests
  FROM app.bodies;
CREATE VIEW same.body_holders AS SELECT body_hash, account, deposit, created_height FROM app.body_holders;
