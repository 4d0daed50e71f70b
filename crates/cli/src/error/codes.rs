//! Every stable code of this program's failures: what `subgov explain` tells, and the page `crates/cli/CODES.md`.

use super::Status;

/// A code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// The code, as `error[CODE]` and JSON have it.
    pub(crate) code: &'static str,
    /// Exit statuses that it comes with.
    pub(crate) statuses: &'static [Status],
    /// What happened.
    pub(crate) meaning: &'static str,
    /// What to do.
    pub(crate) hint: &'static str,
}

const fn code(
    code: &'static str,
    statuses: &'static [Status],
    meaning: &'static str,
    hint: &'static str,
) -> Entry {
    Entry { code, statuses, meaning, hint }
}

use Status::{Keys, Network, Refused, Safety, Usage};

/// All codes, sorted.
#[rustfmt::skip]
pub(crate) const TABLE: &[Entry] = &[
    code("address", &[Usage], "a word that should be an address is none", "give 0: and 64 hexadecimal digits, or --state for names"),
    code("already-deployed", &[Refused], "a contract is at the address already", "nothing to do, or deploy another one"),
    code("bad-abi", &[Usage], "a file is no interface of a contract", "give a NAME.abi.json of ABI version 2.x"),
    code("bad-address", &[Usage], "a word is neither an address nor a known name", "give 0: and 64 hexadecimal digits, or one of the names that the message lists"),
    code("bad-card", &[Usage, Network], "a juror's card, given or kept, cannot be read", "correct the file; a kept card comes back from a copy only"),
    code("bad-catalogue", &[Usage], "a file is no catalogue", "give a catalogue.json of an export, or what `subgov results show --json` printed"),
    code("bad-config", &[Usage], "a file of configuration is not understood", "correct the file, or remove it"),
    code("bad-contract", &[Usage], "a built contract is not usable", "build the contracts again with scripts/contracts"),
    code("bad-descriptor", &[Keys], "the file descriptor of --password-fd cannot be read", "open it for the program"),
    code("bad-endpoint", &[Usage], "an endpoint of a network is no usable address", "see `subgov config show`"),
    code("bad-hash", &[Usage], "a word that should be a hash is none", "give 64 hexadecimal digits"),
    code("bad-json", &[Usage], "parameters are no JSON object", "quote the whole object for the shell: '{\"id\": \"1\"}'"),
    code("bad-juror", &[Usage], "it cannot be told which juror is meant", "give a public key or the number of a key"),
    code("bad-key", &[Keys], "a secret is no key", "give 64 hexadecimal digits, or a phrase"),
    code("bad-key-name", &[Keys], "a name is not fit for a key", "take letters, digits, - and _, with a letter among them"),
    code("bad-manifest", &[Usage], "a file is no manifest of built contracts", "give a manifest.json that `subgov contract build` wrote"),
    code("bad-message", &[Usage], "a message cannot be read", "give a file, base64 or hexadecimal text of one message"),
    code("bad-organisation", &[Usage], "the organisation's files contradict each other or the rules", "correct the file; scripts/ of the project has an example"),
    code("bad-parameter", &[Usage], "a parameter is unknown or out of its bounds", "see the parameters with `subgov doctor --state DIR`"),
    code("bad-path", &[Usage], "a derivation path is not understood", "give one like m/44'/396'/0'/0/0"),
    code("bad-payload", &[Usage], "the payload of a payment is no bag of cells", "give a bag of cells in base64"),
    code("bad-phase", &[Usage], "the contest's phase has no such deadline", "see the contest with `subgov contest show`"),
    code("bad-phrase", &[Keys], "a seed phrase is wrong", "compare each word with your copy; a wrong word comes with its neighbour"),
    code("bad-proposal", &[Usage], "a file is no decision", "give a file of the schema subgov-proposal/1, for example of `subgov deploy plan`"),
    code("bad-record", &[Safety], "the record of a sent message cannot be read", "look for the message by its hash (the file's name) before you remove the file"),
    code("bad-secret", &[Keys], "the key in an environment variable is wrong", "correct the variable, or unset it"),
    code("bad-state", &[Usage, Network], "the directory with the network is damaged or of another version", "restore it from a copy, or make a new one with `subgov node init`"),
    code("bad-time", &[Usage], "a time is not later than what it was to replace", "give a later time with --until"),
    code("books", &[Network], "the network lost or made money: a defect", "report it with the command that caused it"),
    code("bounced", &[Refused], "a message came back: its receiver refused it", "follow the hint, or look at it with `subgov trace`"),
    code("cannot-write", &[Usage], "a file or directory cannot be written", "choose a directory that can be written"),
    code("contracts", &[Usage], "the contracts' sources are missing or do not compile", "name the directory with --contracts, or use --images"),
    code("control", &[Refused], "a running node refused a control", "give what the message asks for"),
    code("deployment-locked", &[Safety], "another process works on this deployment", "let it end, then look with `subgov deploy status`"),
    code("development-key", &[Keys], "a key that everybody knows was to sign where money is at stake", "sign with a key of your own"),
    code("differs", &[Refused], "something does not match what the chain says", "look at each line; a written catalogue may be old or altered"),
    code("directory-exists", &[Safety], "the directory is there already, and nothing is overwritten", "choose a new directory, or remove this one first"),
    code("executed", &[Network], "the message was executed in its last moment", "submit the file again to see what it did"),
    code("expired", &[Refused], "the message expired without having been executed", "it is void: prepare and sign a new one"),
    code("failed", &[Refused], "the message was executed and paid for, and its transaction failed", "follow the hint, or look at it with `subgov trace`"),
    code("getter", &[Refused], "a contract gave no answer to a question", "the exit code tells why; some questions make sense in some phases only"),
    code("interface", &[Usage], "values do not fit the contract's interface", "check names and types against `subgov call CONTRACT`"),
    code("interrupted", &[Network], "the command was interrupted; what was sent may be executed all the same", "look for the messages that it names with `subgov trace`"),
    code("journal", &[Network], "the journal of a deployment cannot be read or written", "check the directory and its permissions"),
    code("journal-altered", &[Safety], "the journal of a deployment was changed", "restore it from a copy; without it a new one finds out from the chain what was done"),
    code("journal-mismatch", &[Safety], "the journal belongs to another network, organisation, build or key", "give what the first run was given, or another directory"),
    code("key-altered", &[Keys], "a key file was altered", "restore it from a copy, and find out who wrote to it"),
    code("key-cost", &[Keys], "a key file asks for more work or memory than is taken", "it was not written by this program: restore it from a copy"),
    code("key-damaged", &[Keys], "a key file is damaged", "restore it from a copy, or make the key anew from its phrase"),
    code("key-exists", &[Keys], "the store has a key of this name already", "take another name, or move the old key's file away first"),
    code("key-file", &[Keys], "a key file or the store's directory cannot be read or written", "check the directory and its permissions"),
    code("key-permissions", &[Keys], "others can read a key file", "let its owner alone read it: chmod 600"),
    code("key-renamed", &[Keys], "a key file has another name than it was written under", "give it its old name back"),
    code("key-truncated", &[Keys], "a key file is cut short", "restore it from a copy, or make the key anew from its phrase"),
    code("key-version", &[Keys], "a key file is of another version", "use the program that wrote it, or a newer one"),
    code("launch", &[Usage], "a contest does not fit the plan", "see the plan with `subgov stage list`"),
    code("message-on-its-way", &[Safety], "a message of an earlier command with the same key may still be executed", "wait until it is executed or expired, and run the command again"),
    code("missing-file", &[Usage], "a file cannot be read", "check its name and permissions"),
    code("moving", &[Network], "the chain changed while it was read", "try again when less happens there"),
    code("network", &[Network], "the network does not answer, or nonsense", "check the connection, and try again; look for your message before you send another one"),
    code("network-forgot", &[Safety], "the network has forgotten what the journal knows was done", "use the network that the deployment was begun on, or another directory"),
    code("no-card", &[Usage], "no card is kept for this juror and contest", "reveal from the directory that committed it"),
    code("no-clock", &[Network], "the network's clock cannot be moved", "use `subgov node start`"),
    code("no-contract", &[Refused], "no contract is at the address, or it is not active", "deploy it, or check the address"),
    code("no-entropy", &[Keys], "the system gives no random numbers", "check the system"),
    code("no-entry", &[Usage], "no entry of the contest was made with this key", "see the entries with `subgov contest show`"),
    code("no-journal", &[Usage], "the directory has no deployment", "begin it with `subgov deploy apply`"),
    code("no-key", &[Keys], "the phrase gives no key on this path", "give another path"),
    code("no-member", &[Keys], "the registry has no seat of this member", "see who has one with `subgov member list --state DIR`"),
    code("no-node", &[Usage], "no running node is named", "name it with --network http://127.0.0.1:8080"),
    code("no-password", &[Keys], "no password was given, and there is no terminal to ask for it", "give it with --password-fd or SUBGOV_PASSWORD"),
    code("no-phrase", &[Keys], "no seed phrase was given", "write it to standard input"),
    code("no-random", &[Keys], "the system gives no random numbers", "check the system"),
    code("no-state", &[Usage], "no directory with a network is given, or it keeps none", "make one with `subgov node init --state DIR`"),
    code("no-transaction", &[Refused], "the network knows no such transaction or message", "check the hash and the network"),
    code("node", &[Network], "the embedded node failed: mostly a defect", "report it with the command that caused it"),
    code("not-agreed", &[Safety], "nobody agreed to what the command would do", "look at it with --dry-run, then add --yes"),
    code("not-as-expected", &[Refused], "the chain did something else than asked for", "report it with the command that caused it"),
    code("not-executed", &[Refused], "a decision was not executed", "follow the hint of the exit code"),
    code("not-included", &[Refused], "the message was turned down: it changed nothing and cost nothing", "the exit code tells why"),
    code("not-local", &[Safety], "this is for networks for development only", "use a local network"),
    code("not-one-message", &[Safety], "the command sends no message, or several, so none can be prepared for somebody else to sign", "prepare its steps one by one, or run it without --prepare"),
    code("not-over", &[Refused], "the proposal is not over", "wait, vote, or watch it again"),
    code("not-paid", &[Refused], "a payment waits for more confirmations", "let one more member confirm it with `subgov multisig confirm`"),
    code("other-network", &[Safety], "a message is for another network than the one that it was to be sent to", "name the right network with --network"),
    code("passwords-differ", &[Keys], "the two passwords are not the same", "type the same one twice"),
    code("port", &[Network], "the port cannot be listened on", "choose another one with --port"),
    code("prepared-file", &[Usage], "a prepared message cannot be written", "give the name of a new file"),
    code("runtime", &[Network], "the program cannot start", "check the limits of the system"),
    code("secret-argument", &[Keys], "a secret stands on the command line, where other programs can read it", "name an environment variable in subgov.toml instead"),
    code("short-balance", &[Safety], "the account does not have the money for this", "top it up"),
    code("short-password", &[Keys], "the password is too short", "take a longer one"),
    code("signed", &[Usage], "the message is signed already", "leave --prepare out"),
    code("signer", &[Keys], "the signer refused or gave a wrong signature", "use the key that the message names"),
    code("state-exists", &[Safety], "the directory keeps a network already, which would be lost", "choose another directory"),
    code("state-file", &[Usage, Network], "a file of the directory cannot be read or written", "check the directory and its permissions"),
    code("state-in-use", &[Network], "another run of the program changed the network meanwhile", "run the command again"),
    code("stopped", &[Network], "a deployment stopped on its way", "run the command again: it goes on where it stopped"),
    code("system", &[Network], "the program cannot start", "check the limits of the system"),
    code("tree-too-large", &[Refused], "a message caused more transactions than are followed", "trace a later transaction with --from-here"),
    code("underway", &[Refused], "the message has not arrived yet", "try again after the next blocks"),
    code("unknown-candidate", &[Usage], "there is no candidate of this number", "see the candidates with `subgov member candidates`"),
    code("unknown-code", &[Usage, Refused], "nothing here has this code, or an account's code is of no known contract", "ask the author of the contract"),
    code("unknown-contest", &[Usage], "there is no contest of this number", "see all with `subgov results show`"),
    code("unknown-contract", &[Usage], "the interface of a contract is not known", "give it with --abi NAME.abi.json"),
    code("unknown-key", &[Keys], "the key store has no key of this name", "see the keys with `subgov key list`"),
    code("unknown-member", &[Usage], "it cannot be told which member is meant", "give a full name or a number from `subgov member list`"),
    code("unknown-network", &[Usage], "no network has this name", "give an URL, or name it in subgov.toml: see `subgov config show`"),
    code("unknown-stage", &[Usage], "the plan has no stage of this number", "see them with `subgov stage list`"),
    code("unwritable", &[Usage], "files cannot be written there", "choose a directory that can be written"),
    code("usage", &[Usage], "the command line is not understood", "run the command with --help"),
    code("wrong-key", &[Keys], "another key was to sign than the plan says", "sign with the key of the plan"),
    code("wrong-password", &[Keys], "the password is wrong", "try again; nothing was changed"),
];

/// The entry of a code.
pub(crate) fn find(code: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.code == code)
}

#[cfg(test)]
mod tests;
