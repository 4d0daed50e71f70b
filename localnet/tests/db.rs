//! The database: what was committed is there after opening, exactly; everything else is refused with the reason.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use std::fs;
use std::path::Path;

use localnet::{BASECHAIN, BadDb, Db, Error, FaultAction, FaultRule, MASTERCHAIN, Node};
use support::{call, note, place, play, post, random_actions, relay, relays, send};
use tempfile::TempDir;
use ton_abi::{Lt, Nano};

const EACH: u8 = 4;

fn unexpected() -> Result<Node, Error> {
    panic!("the database exists already");
}

fn open(folder: &Path) -> (Db, Node) {
    Db::open(folder, unexpected).unwrap()
}

fn create() -> (TempDir, Db, Node) {
    let folder = tempfile::tempdir().unwrap();
    let (db, node) = Db::open(folder.path(), || Ok(relays(EACH))).unwrap();
    (folder, db, node)
}

fn error(folder: &Path) -> BadDb {
    match Db::open(folder, unexpected).map(|_| ()).unwrap_err() {
        Error::Db { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

/// One round of random work, committed.
fn work(db: &mut Db, node: &mut Node, random: &mut fastrand::Rng, number: u32) {
    for message in 0..random.u32(0..6) {
        let workchain = if random.u32(0..4) == 0 { MASTERCHAIN } else { BASECHAIN };
        let to = place(workchain, random.u8(1..=EACH + 1));
        let list = random_actions(random, EACH, 2);
        post(node, &call(&to, number * 10 + message, list));
    }
    node.advance(random.u32(0..1000)).unwrap();
    let round = node.produce().unwrap();
    db.commit(node, &round).unwrap();
}

/// Both are the same network with the same past.
fn assert_same(a: &Node, b: &Node) {
    assert_eq!(a.state_hash(), b.state_hash());
    assert_eq!(a.audit().unwrap(), b.audit().unwrap());
    assert!(a.audit().unwrap().is_balanced());
    assert_eq!(a.options(), b.options());
    assert_eq!(a.config().cell(), b.config().cell());
    assert_eq!(a.faults(), b.faults());
    assert!(a.delayed().eq(b.delayed()));
    for number in 0..=a.head().seq_no {
        for workchain in [BASECHAIN, MASTERCHAIN] {
            let (x, y) =
                (a.chain_block(workchain, number).unwrap(), b.chain_block(workchain, number).unwrap());
            assert_eq!(
                (x.id, x.file_hash, x.prev_id, x.rand_seed),
                (y.id, y.file_hash, y.prev_id, y.rand_seed)
            );
            assert_eq!((x.gen_utime, x.start_lt, x.end_lt), (y.gen_utime, y.start_lt, y.end_lt));
            assert_eq!((x.fees, x.gas_used, x.queue_len), (y.fees, y.gas_used, y.queue_len));
            assert_eq!((&x.rejected, &x.undeliverable), (&y.rejected, &y.undeliverable));
            assert_eq!(
                x.shard_block.as_ref().map(|block| block.id),
                y.shard_block.as_ref().map(|block| block.id)
            );
            assert_eq!(x.boc(), y.boc());
            let hashes = |block: &localnet::Block| -> Vec<_> {
                block.transactions.iter().map(|record| (record.hash, record.lt, record.in_msg)).collect()
            };
            assert_eq!(hashes(x), hashes(y));
        }
    }
    let messages = |node: &Node| -> Vec<_> {
        node.all_messages(..)
            .map(|message| (message.hash, message.src_tx, message.dst_tx, message.lt))
            .collect()
    };
    assert_eq!(messages(a), messages(b));
}

#[test]
fn opening_gives_the_node_that_was_committed_last() {
    let (folder, mut db, mut node) = create();
    let mut random = fastrand::Rng::with_seed(1);
    for number in 0..30 {
        work(&mut db, &mut node, &mut random, number);
        if number % 7 == 0 {
            drop(db);
            let (reopened, loaded) = open(folder.path());
            assert_same(&node, &loaded);
            (db, node) = (reopened, loaded);
        }
    }
    drop(db);
    let (_, mut loaded) = open(folder.path());
    assert_same(&node, &loaded);
    // Both go on equally.
    for node in [&mut node, &mut loaded] {
        play(node, 5, EACH, 3, 5);
    }
    assert_same(&node, &loaded);
}

#[test]
fn what_was_not_committed_is_not_there() {
    let (folder, mut db, mut node) = create();
    work(&mut db, &mut node, &mut fastrand::Rng::with_seed(2), 0);
    let committed = node.clone();
    post(&mut node, &call(&place(BASECHAIN, 1), 99, [note(1)]));
    node.produce().unwrap();
    drop(db);
    assert_same(&committed, &open(folder.path()).1);
}

#[test]
fn waiting_messages_keep_their_order() {
    let (folder, mut db, mut node) = create();
    let mut options = node.options().clone();
    options.block_transactions = 2;
    options.delivery = localnet::Delivery::NextBlock;
    node.set_options(options);
    for number in 0..9 {
        let target = place(if number % 3 == 0 { MASTERCHAIN } else { BASECHAIN }, 1 + (number % 3) as u8);
        let pay = send(&place(BASECHAIN, 2), Nano::tokens(1), 1, true, None);
        post(&mut node, &call(&target, number, [pay]));
    }
    db.rewrite(&node).unwrap();
    for _ in 0..8 {
        drop(db);
        let (reopened, loaded) = open(folder.path());
        assert_same(&node, &loaded);
        assert_eq!(loaded.pending_externals(), node.pending_externals());
        (db, node) = (reopened, loaded);
        let round = node.produce().unwrap();
        db.commit(&node, &round).unwrap();
    }
    assert_eq!((node.pending_externals(), node.queued_messages()), (0, 0));
    assert_eq!(node.all_transactions(..).count(), 18);
}

#[test]
fn edits_are_written_whatever_they_change() {
    let (folder, mut db, mut node) = create();
    let target = place(BASECHAIN, 1);
    node.set_balance(&target, Nano::tokens(5)).unwrap();
    node.set_account(chain::Account::none(place(BASECHAIN, 2))).unwrap();
    node.set_code(&target, relay(7).state_init.code.unwrap()).unwrap();
    node.set_data(&place(MASTERCHAIN, 1), relay(77).state_init.data.unwrap()).unwrap();
    node.advance(1234).unwrap();
    node.add_fault(FaultRule::new(FaultAction::Reorder { seed: 3 })).unwrap();
    let mut options = node.options().clone();
    options.mempool_size = 7;
    node.set_options(options);
    let config = chain::ConfigOptions { global_id: 7, ..Default::default() };
    node.set_config(chain::Config::with_options(&config));
    db.rewrite(&node).unwrap();
    drop(db);
    let (mut db, loaded) = open(folder.path());
    assert_same(&node, &loaded);
    assert_eq!((loaded.options().mempool_size, loaded.config().global_id()), (7, 7));
    // Blocks of both configurations stand side by side.
    work(&mut db, &mut node, &mut fastrand::Rng::with_seed(3), 0);
    drop(db);
    assert_same(&node, &open(folder.path()).1);
}

/// Rows of the database by the first byte of their key: how many, and their bytes.
fn rows(folder: &Path) -> std::collections::BTreeMap<char, (usize, usize)> {
    let table = redb::TableDefinition::<&[u8], &[u8]>::new("rows");
    let db = redb::Database::open(folder.join("node.redb")).unwrap();
    let read = redb::ReadableDatabase::begin_read(&db).unwrap();
    let mut rows = std::collections::BTreeMap::<char, (usize, usize)>::new();
    for entry in redb::ReadableTable::iter(&read.open_table(table).unwrap()).unwrap() {
        let (key, row) = entry.unwrap();
        let sum = rows.entry(char::from(key.value()[0])).or_default();
        *sum = (sum.0 + 1, sum.1 + key.value().len() + row.value().len());
    }
    rows
}

#[test]
fn an_edit_that_was_not_written_by_itself_comes_with_the_next_round() {
    let (folder, mut db, mut node) = create();
    node.set_balance(&place(BASECHAIN, 3), Nano(5)).unwrap();
    post(&mut node, &call(&place(BASECHAIN, 1), 1, [note(1)]));
    node.produce().unwrap();
    let round = node.produce().unwrap();
    db.commit(&node, &round).unwrap();
    drop(db);
    assert_same(&node, &open(folder.path()).1);
}

#[test]
fn a_round_writes_little_more_than_what_it_changed() {
    let (folder, mut db, mut node) = create();
    for _ in 0..200 {
        let round = node.produce().unwrap();
        db.commit(&node, &round).unwrap();
    }
    drop(db);
    let empty = rows(folder.path());
    // The configuration alone, which each masterchain block carries, has more than 3000 bytes.
    let (count, bytes) = empty[&'r'];
    assert!(count == 201 && bytes / count < 1400, "{empty:?}");

    // A large contract is written whole when it changes, but its code once.
    let (mut db, mut node) = open(folder.path());
    for number in 0..200 {
        post(&mut node, &call(&place(BASECHAIN, 1), number, [note(number)]));
        let round = node.produce().unwrap();
        db.commit(&node, &round).unwrap();
    }
    drop(db);
    let busy = rows(folder.path());
    assert_eq!((busy[&'s'], busy[&'a'].0), (empty[&'s'], empty[&'a'].0));
    let (more, added) = (busy[&'r'].0 - count, busy[&'r'].1 - bytes);
    assert!(more == 200 && added / more < 2600, "{busy:?}");
}

/// Data with a large map: what a registry or a wallet with a long memory has.
fn table(entries: &tycho_types::dict::Dict<u32, u64>) -> ton_abi::Cell {
    ton_abi::CellBuilder::build_from(entries).unwrap()
}

#[test]
fn a_change_in_a_large_contract_costs_the_path_to_it() {
    let (folder, mut db, mut node) = create();
    let target = place(BASECHAIN, 3);
    let mut entries = tycho_types::dict::Dict::<u32, u64>::new();
    for number in 0..3000u32 {
        entries.set(number.wrapping_mul(0x9e37_79b9), u64::from(number)).unwrap();
    }
    node.set_data(&target, table(&entries)).unwrap();
    db.rewrite(&node).unwrap();
    drop(db);
    let whole = rows(folder.path())[&'a'].1;
    assert!(whole > 50_000, "{whole}");

    let mut random = fastrand::Rng::with_seed(10);
    let mut moments = Vec::new();
    let (mut db, mut node) = open(folder.path());
    for number in 0..400u32 {
        let key = random.u32(0..4000).wrapping_mul(0x9e37_79b9);
        match random.u32(0..4) {
            0 => drop(entries.remove(key).unwrap()),
            _ => drop(entries.set(key, random.u64(..)).unwrap()),
        }
        node.set_data(&target, table(&entries)).unwrap();
        db.rewrite(&node).unwrap();
        if number % 97 == 50 {
            let name = format!("at{number}");
            db.save_checkpoint(&name, &node).unwrap();
            moments.push((name, node.clone()));
        }
        if number % 130 == 129 {
            drop(db);
            let (again, loaded) = open(folder.path());
            assert_same(&node, &loaded);
            (db, node) = (again, loaded);
        }
        if number == 20 {
            drop(db);
            let changed = rows(folder.path())[&'a'];
            // Changes of a path of a dozen cells each; some steps change nothing.
            let changes = changed.0 - 8;
            assert!((15..=21).contains(&changes) && changed.1 - whole < changes * 800, "{changed:?} {whole}");
            db = open(folder.path()).0;
        }
    }
    drop(db);
    let (mut db, loaded) = open(folder.path());
    assert_same(&node, &loaded);
    for (name, then) in &moments {
        let mut restored = loaded.clone();
        restored.restore(&db.checkpoints()[name]);
        assert_same(then, &restored);
    }
    let (last, then) = moments.pop().unwrap();
    node.restore(&db.checkpoints()[&last]);
    db.rewrite(&node).unwrap();
    drop(db);
    let (mut db, mut loaded) = open(folder.path());
    assert_same(&then, &loaded);
    // Whoever deletes it leaves no row behind.
    loaded.set_account(chain::Account::none(target)).unwrap();
    db.rewrite(&loaded).unwrap();
    drop(db);
    assert_eq!(rows(folder.path())[&'a'].0, 7);
    assert_same(&loaded, &open(folder.path()).1);
}

#[test]
fn checkpoints_survive_with_whatever_happened_since() {
    let (folder, mut db, mut node) = create();
    let mut random = fastrand::Rng::with_seed(4);
    let mut moments = Vec::new();
    for number in 0..40 {
        work(&mut db, &mut node, &mut random, number);
        match random.u32(0..6) {
            0 => {
                let name = format!("c{}", random.u32(0..5));
                db.save_checkpoint(&name, &node).unwrap();
                moments.retain(|(other, _)| *other != name);
                moments.push((name, node.clone()));
            }
            1 if !moments.is_empty() => {
                let (name, then) = moments[random.usize(..moments.len())].clone();
                node.restore(&db.checkpoints()[&name]);
                assert_eq!(node.state_hash(), then.state_hash());
                db.rewrite(&node).unwrap();
            }
            2 if moments.len() > 2 => {
                let (name, _) = moments.remove(random.usize(..moments.len()));
                assert!(db.remove_checkpoint(&name).unwrap() && !db.remove_checkpoint(&name).unwrap());
            }
            _ => {}
        }
        if number % 5 == 4 {
            drop(db);
            let (reopened, loaded) = open(folder.path());
            assert_same(&node, &loaded);
            (db, node) = (reopened, loaded);
            assert_eq!(db.checkpoints().len(), moments.len());
            for (name, then) in &moments {
                let mut restored = node.clone();
                restored.restore(&db.checkpoints()[name]);
                assert_same(then, &restored);
                // The moment is alive: it goes on as it would have.
                let mut then = then.clone();
                for node in [&mut then, &mut restored] {
                    play(node, 9, EACH, 2, 4);
                }
                assert_same(&then, &restored);
            }
        }
    }
    assert!(moments.len() > 1, "the seed makes checkpoints");
}

#[test]
fn another_process_is_kept_out() {
    let (folder, db, _) = create();
    assert_eq!(error(folder.path()), BadDb::Locked);
    drop(db);
    open(folder.path());
}

#[test]
fn an_interrupted_creation_is_made_good() {
    for leftover in [Vec::new(), vec![0; 5000]] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("node.redb"), leftover).unwrap();
        let (db, node) = Db::open(folder.path(), || Ok(relays(1))).unwrap();
        drop(db);
        assert_same(&node, &open(folder.path()).1);
    }
    // Nor does a failing genesis leave anything behind.
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Db::open(folder.path(), || Err(Error::ClockRange)).map(|_| ()), Err(Error::ClockRange)));
    Db::open(folder.path(), || Ok(relays(1))).unwrap();
}

#[test]
fn foreign_and_damaged_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("node.redb");
    fs::write(&file, b"these are the notes of somebody else").unwrap();
    assert_eq!(error(folder.path()), BadDb::NotDatabase);
    assert_eq!(fs::read(&file).unwrap(), b"these are the notes of somebody else");

    let other = redb::TableDefinition::<&str, u64>::new("other");
    fs::remove_file(&file).unwrap();
    let db = redb::Database::create(&file).unwrap();
    let write = db.begin_write().unwrap();
    write.open_table(other).unwrap().insert("x", 1).unwrap();
    write.commit().unwrap();
    drop(db);
    assert_eq!(error(folder.path()), BadDb::NotDatabase);

    let (folder, mut db, mut node) = create();
    let mut random = fastrand::Rng::with_seed(5);
    for number in 0..5 {
        work(&mut db, &mut node, &mut random, number);
    }
    drop(db);
    let file = folder.path().join("node.redb");
    let good = fs::read(&file).unwrap();
    let (mut refused, mut harmless) = (0, 0);
    for _ in 0..40 {
        let mut bad = good.clone();
        for _ in 0..64 {
            let place = random.usize(4096..bad.len());
            bad[place] ^= random.u8(1..);
        }
        fs::write(&file, &bad).unwrap();
        // Either the damage is reported, or it hit unused space and everything is there.
        match Db::open(folder.path(), unexpected) {
            Ok((_, loaded)) => {
                assert_eq!(loaded.state_hash(), node.state_hash());
                harmless += 1;
            }
            Err(Error::Db { reason: BadDb::Damaged(_), .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 20, "{refused} refused, {harmless} harmless");

    let about = redb::TableDefinition::<&str, u64>::new("localnet");
    fs::write(&file, &good).unwrap();
    let db = redb::Database::open(&file).unwrap();
    let write = db.begin_write().unwrap();
    write.open_table(about).unwrap().insert("version", 99).unwrap();
    write.commit().unwrap();
    drop(db);
    assert_eq!(error(folder.path()), BadDb::Version { found: 99, supported: localnet::db::DB_VERSION });
}

#[test]
fn traces_work_on_loaded_history() {
    let (folder, mut db, mut node) = create();
    let mut random = fastrand::Rng::with_seed(6);
    for number in 0..40 {
        work(&mut db, &mut node, &mut random, number);
    }
    drop(db);
    let (_, loaded) = open(folder.path());
    let mut traced = 0;
    for record in loaded.all_transactions(..) {
        let before = loaded.account_before(&record.hash).unwrap();
        assert_eq!(before.cell(), node.account_before(&record.hash).unwrap().cell());
        traced += 1;
    }
    assert!(traced > 200, "{traced}");
    assert!(loaded.transactions(&place(BASECHAIN, 1), Lt(u64::MAX)).count() > 40);
}

#[test]
fn a_file_and_a_database_hold_the_same() {
    let (_folder, mut db, mut node) = create();
    let mut random = fastrand::Rng::with_seed(7);
    for number in 0..10 {
        work(&mut db, &mut node, &mut random, number);
    }
    let loaded = Node::from_bytes(&node.to_bytes().unwrap()).unwrap();
    assert_same(&node, &loaded);
    // A loaded file takes the place of what the database held.
    let mut other = relays(2);
    play(&mut other, 8, 2, 3, 3);
    db.rewrite(&other).unwrap();
    db.rewrite(&loaded).unwrap();
    let folder = db.path().to_owned();
    drop(db);
    assert_same(&node, &open(&folder).1);
}
