// A developer's day with @eversdk/core: `node eversdk_core.mjs URL`.
// Prints one JSON object a line: {"fact": ..., "value": ...}.
import { GIVER, STRANGER, TOKEN, abiOf, giverKeys, load, nativeLibrary, report, tvcOf } from './bridge.mjs';

const { TonClient, abiContract, signerKeys, signerNone, MessageBodyType } = load('@eversdk/core');
const url = process.argv[2];
const SAFE = abiContract(abiOf('SafeMultisigWallet'));
const GIVER_ABI = abiContract(abiOf('GiverV2'));
const EMPTY_CELL = 'te6ccgEBAQEAAgAAAA==';

TonClient.useBinaryLibrary(nativeLibrary);

function connect(expiration) {
  return new TonClient({
    network: {
      endpoints: [`${url}/graphql`],
      message_retries_count: 0,
      message_processing_timeout: 20000,
      wait_for_timeout: 20000,
    },
    abi: { message_expiration_timeout: expiration },
  });
}

/** The error that a call ends with: its code, and the exit code that the library found when it replayed the message. */
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    const local = error.data?.local_error ?? error;
    return [error.code, local.data?.exit_code ?? null];
  }
  return 'it succeeds';
}

function process_(client, address, abi, signer, name, input, more = {}) {
  return client.processing.process_message({
    message_encode_params: { abi, address, signer, call_set: { function_name: name, input }, ...more },
    send_events: false,
  });
}

async function account(client, address, result) {
  const rows = await client.net.query_collection({ collection: 'accounts', filter: { id: { eq: address } }, result });
  return rows.result[0];
}

async function main() {
  const client = connect(20000);
  report('version', (await client.client.version()).version);
  const info = await client.net.query({ query: '{info{version rempEnabled}}' });
  report('info', info.result.data.info);

  const keys = await client.crypto.generate_random_sign_keys();
  const signer = signerKeys(keys);
  const deploy = {
    abi: SAFE,
    signer,
    deploy_set: { tvc: tvcOf('SafeMultisigWallet') },
    call_set: { function_name: 'constructor', input: { owners: [`0x${keys.public}`], reqConfirms: 1 } },
  };
  const { address } = await client.abi.encode_message(deploy);
  const giver = signerKeys(giverKeys());
  const given = await process_(client, GIVER, GIVER_ABI, giver, 'sendTransaction', {
    dest: address, value: (50n * TOKEN).toString(), bounce: false,
  });
  report('giver', [given.transaction.aborted, given.out_messages.length]);
  await client.net.wait_for_collection({ collection: 'accounts', filter: { id: { eq: address } }, result: 'id' });

  const deployed = await client.processing.process_message({ message_encode_params: deploy, send_events: false });
  report('deploy', [deployed.transaction.end_status_name, deployed.transaction.compute.exit_code]);

  const unsigned = await client.abi.encode_message({
    abi: SAFE, address, signer: signerNone(), call_set: { function_name: 'getCustodians', input: {} },
  });
  const { boc } = await account(client, address, 'boc');
  const got = await client.tvm.run_tvm({ message: unsigned.message, account: boc, abi: SAFE });
  report('getter', got.decoded.output.custodians[0].pubkey === `0x${keys.public}`);

  // Two subscriptions over one WebSocket: an account that changes, and the message that leaves it.
  const seen = { accounts: [], messages: [] };
  let arrived;
  const both = new Promise((resolve) => { arrived = resolve; });
  const watch = (collection, filter, result) => client.net.subscribe_collection({ collection, filter, result }, (params, type) => {
    if (type === 100) seen[collection].push(params.result);
    if (seen.accounts.length && seen.messages.length) arrived();
  });
  const handles = [
    await watch('accounts', { id: { eq: address } }, 'id balance(format:DEC)'),
    await watch('messages', { src: { eq: address }, msg_type: { eq: 0 } }, 'id dst value(format:DEC)'),
  ];
  // The library says so before it has asked the server, and this server is quick.
  while (!(await (await fetch(`${url}/metrics`)).text()).includes('\nlocalnet_subscriptions 2\n'));
  const sent = await process_(client, address, SAFE, signer, 'sendTransaction', {
    dest: STRANGER, value: TOKEN.toString(), bounce: false, flags: 1, payload: EMPTY_CELL,
  });
  report('call', [sent.transaction.aborted, sent.out_messages.length, sent.fees.total_fwd_fees > 0]);
  await both;
  report('subscriptions', [BigInt(seen.accounts[0].balance) < 49n * TOKEN, seen.messages[0].dst, seen.messages[0].value]);
  for (const handle of handles) await client.net.unsubscribe(handle);

  const tree = await client.net.query_transaction_tree({ in_msg: sent.transaction.in_msg, abi_registry: [SAFE] });
  report('tree', [tree.messages.length, tree.transactions.length, tree.messages[0].decoded_body.name]);
  report('decoded', tree.messages[0].decoded_body.body_type === MessageBodyType.Input);
  const history = await client.net.query_collection({
    collection: 'transactions', filter: { account_addr: { eq: address } }, order: [{ path: 'lt', direction: 'DESC' }], result: 'id', limit: 10,
  });
  report('query', [history.result.length, history.result[0].id === sent.transaction.id]);
  const counted = await client.net.aggregate_collection({
    collection: 'messages', filter: { src: { eq: address } }, fields: [{ field: 'value', fn: 'SUM' }],
  });
  report('sum', counted.values);

  const impatient = connect(2000);
  const stranger = signerKeys(await client.crypto.generate_random_sign_keys());
  const payment = (value, flags) => ({ dest: STRANGER, value: value.toString(), bounce: false, flags, payload: EMPTY_CELL });
  report('wrong key', await failure(process_(impatient, address, SAFE, stranger, 'sendTransaction', payment(TOKEN, 1))));
  report('aborted', await failure(process_(client, address, SAFE, signer, 'sendTransaction', payment(10000n * TOKEN, 0))));
  await fetch(`${url}/se/increase-time?delta=3600`, { method: 'POST' });
  report('expired', await failure(process_(client, address, SAFE, signer, 'sendTransaction', payment(TOKEN, 1))));
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
