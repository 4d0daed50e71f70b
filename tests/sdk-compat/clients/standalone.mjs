// A developer's day with everscale-standalone-client: `node standalone.mjs URL graphql|jrpc`.
// Prints one JSON object a line: {"fact": ..., "value": ...}.
import { STRANGER, TOKEN, abiOf, load, report, tvcOf } from './bridge.mjs';

const { Address, ProviderRpcClient } = load('everscale-inpage-provider');
const { Clock, EverscaleStandaloneClient, GiverAccount, SimpleAccountsStorage, SimpleKeystore } = load('everscale-standalone-client/nodejs');
const [, , url, kind] = process.argv;
// Network id of local networks in this client.
const LOCAL = 31337;
const SAFE = abiOf('SafeMultisigWallet');
const EMPTY_CELL = 'te6ccgEBAQEAAgAAAA==';

function connection() {
  return kind === 'graphql'
    ? { id: LOCAL, type: 'graphql', data: { endpoints: [`${url}/graphql`], local: false } }
    : { id: LOCAL, type: 'jrpc', data: { endpoint: `${url}/rpc` } };
}

/** A provider whose messages live for `timeout` seconds. */
async function connect(keystore, timeout, clock) {
  const giver = GiverAccount.fromVersion(2);
  const client = await EverscaleStandaloneClient.create({
    connection: connection(),
    keystore,
    clock,
    accountsStorage: new SimpleAccountsStorage({ entries: [giver] }),
    message: { retryCount: 1, timeout },
  });
  client.setPollingInterval(200);
  const provider = new ProviderRpcClient({ provider: client });
  await provider.ensureInitialized();
  await provider.requestPermissions({ permissions: ['basic'] });
  return { provider, giver: giver.address };
}

/** What a call ends with, without what differs from run to run. */
async function failure(promise) {
  try {
    const done = await promise;
    return done.transaction ? `it succeeds, aborted ${done.transaction.aborted}` : 'it succeeds';
  } catch (error) {
    return error.message.replace(/\s+/g, ' ');
  }
}

async function main() {
  // Waiting for a subscription does not keep the event loop alive.
  setInterval(() => {}, 1000);
  const keys = SimpleKeystore.generateKeyPair();
  const stranger = SimpleKeystore.generateKeyPair();
  const keystore = new SimpleKeystore();
  for (const pair of [GiverAccount.GIVER_KEY_PAIR, keys, stranger]) keystore.addKeyPair(pair);
  const { provider, giver } = await connect(keystore, 30);
  const state = await provider.getProviderState();
  report('connect', [state.networkId, state.selectedConnection]);

  const publicKey = keys.publicKey;
  const deployParams = { tvc: tvcOf('SafeMultisigWallet'), workchain: 0, publicKey, initParams: {} };
  const address = await provider.getExpectedAddress(SAFE, deployParams);
  const { stateInit } = await provider.getStateInit(SAFE, deployParams);
  const before = await provider.getFullContractState({ address });
  report('before', before.state === undefined);

  const given = await provider.sendMessage({ sender: giver, recipient: address, amount: (50n * TOKEN).toString(), bounce: false });
  report('giver', given.transaction.aborted);
  const subscriber = new provider.Subscriber();
  const funded = await provider.getFullContractState({ address });
  report('topped up', [funded.state.balance, funded.state.isDeployed]);

  const wallet = new provider.Contract(SAFE, address);
  const deployed = await wallet.methods.constructor({ owners: [`0x${publicKey}`], reqConfirms: 1 }).sendExternal({ publicKey, stateInit });
  report('deploy', [deployed.transaction.aborted, deployed.transaction.exitCode, deployed.transaction.endStatus]);
  const { custodians } = await wallet.methods.getCustodians({}).call();
  report('getter', BigInt(custodians[0].pubkey) === BigInt(`0x${publicKey}`));

  // A transfer, seen by both kinds of subscriptions at its recipient, and what follows from it. (Version 3.0.3 forgets
  // the subscriptions of an account that a message is sent to.)
  const recipient = new Address(STRANGER);
  const transactions = subscriber.transactions(recipient).first();
  const changes = await provider.subscribe('contractStateChanged', { address: recipient });
  const changed = new Promise((resolve) => { changes.on('data', resolve); });
  const payment = (value, flags) => ({ dest: new Address(STRANGER), value: value.toString(), bounce: false, flags, payload: EMPTY_CELL });
  const sent = await wallet.methods.sendTransaction(payment(TOKEN, 1)).sendExternal({ publicKey });
  report('call', [sent.transaction.aborted, sent.transaction.outMessages.length]);
  const batch = await transactions;
  report('subscription', batch.transactions.some((one) => one.inMessage.hash === sent.transaction.outMessages[0].hash));
  report('state change', BigInt((await changed).state.balance) >= TOKEN);
  const tree = [];
  await subscriber.trace(sent.transaction).tap((one) => tree.push([one.account.toString(), one.aborted])).finished();
  report('tree', tree);
  const history = await provider.getTransactions({ address });
  report('history', [history.transactions.length, history.transactions[0].id.hash === sent.transaction.id.hash]);
  const same = await provider.getTransaction({ hash: sent.transaction.id.hash });
  report('by hash', same.transaction.id.lt === sent.transaction.id.lt);
  const { codeHash } = (await provider.getFullContractState({ address })).state;
  const listed = await provider.getAccountsByCodeHash({ codeHash });
  report('by code', listed.accounts.some((one) => one.equals(address)));

  report('aborted', await failure(wallet.methods.sendTransaction(payment(10000n * TOKEN, 0)).sendExternal({ publicKey })));
  const hourAgo = new Clock();
  hourAgo.offset = -3600_000;
  const [impatient, late] = await Promise.all([connect(keystore, 2), connect(keystore, 2, hourAgo)]);
  const send = ({ provider: one }, key) => new one.Contract(SAFE, address).methods.sendTransaction(payment(TOKEN, 1)).sendExternal({ publicKey: key, withoutSignature: false });
  report('wrong key', await failure(send(impatient, stranger.publicKey)));
  report('expired', (await failure(send(late, publicKey))).startsWith('sendExternalMessage: Message expired'));
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
