//! What a journal makes of its own bytes, whole, torn and changed.

use governance::workflow::founding::{Organ, Step};
use proptest::prelude::*;
use ton_abi::{Address, Hash, external_message};

use super::*;

fn sending(step: Step) -> Entry {
    let cell = external_message(&Address::new(0, Hash([7; 32])), None, None).unwrap();
    let boc = ton_client::boc::encode_base64(&cell);
    Entry::Sending { step, message: MsgHash::from(cell.repr_hash()), expire: Some(UnixTime(60)), boc }
}

fn some() -> (Vec<Entry>, Vec<u8>) {
    let entries = vec![
        Entry::Found { step: Step::FillPurse },
        sending(Step::OpenPurse),
        Entry::Void { step: Step::OpenPurse, message: MsgHash([1; 32]), reason: "expired".to_owned() },
        sending(Step::Feed(Organ::Registry)),
        Entry::Done,
    ];
    let mut journal = Journal::open(MemoryStore::default()).unwrap();
    for entry in &entries {
        journal.append(entry).unwrap();
    }
    (entries, journal.into_store().read().unwrap())
}

fn store(bytes: &[u8]) -> MemoryStore {
    let mut store = MemoryStore::default();
    store.append(bytes).unwrap();
    store
}

#[test]
fn progress_is_what_the_last_entry_of_a_step_says() {
    let (entries, bytes) = some();
    let journal = Journal::open(store(&bytes)).unwrap();
    assert_eq!(journal.entries(), entries);
    assert!(journal.is_done() && journal.dropped() == 0);
    assert!(journal.progress(Step::FillPurse).unwrap().is_over());
    assert!(matches!(journal.progress(Step::OpenPurse).unwrap(), Progress::Open { attempts: 1 }));
    let Progress::Sent(sent) = journal.progress(Step::Feed(Organ::Registry)).unwrap() else { panic!() };
    assert_eq!((sent.attempt, sent.message.expire), (0, Some(UnixTime(60))));
    assert!(matches!(journal.progress(Step::SetPlan).unwrap(), Progress::Open { attempts: 0 }));
}

#[test]
fn a_journal_torn_at_any_byte_is_repaired_and_goes_on() {
    let (entries, bytes) = some();
    for cut in 0..=bytes.len() {
        let mut journal = Journal::open(store(&bytes[..cut])).unwrap();
        let kept = journal.entries().len();
        assert_eq!(journal.entries(), &entries[..kept], "cut at {cut}");
        let lines = bytes[..cut].iter().filter(|byte| **byte == b'\n').count();
        // A line that lacks nothing but its line break counts.
        assert!(kept == lines || (kept == lines + 1 && bytes[cut] == b'\n'), "cut at {cut}");
        journal.append(&Entry::Done).unwrap();
        let again = Journal::open(journal.into_store()).unwrap();
        assert_eq!((again.entries().len(), again.dropped()), (kept + 1, 0), "cut at {cut}");
    }
}

#[test]
fn zeros_behind_the_last_line_are_a_torn_line() {
    let (entries, mut bytes) = some();
    bytes.extend([0; 100]);
    let journal = Journal::open(store(&bytes)).unwrap();
    assert_eq!((journal.entries().len(), journal.dropped()), (entries.len(), 100));
}

#[test]
fn a_line_left_out_or_moved_is_seen() {
    let (_, bytes) = some();
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let swapped = [lines[0], lines[2], lines[1]].concat();
    let missing = [lines[0], lines[2]].concat();
    for bytes in [swapped, missing] {
        let error = Journal::open(store(&bytes)).unwrap_err();
        assert!(matches!(error, JournalError::Altered { line: 2, .. }), "{error}");
    }
}

#[test]
fn a_message_that_is_another_one_is_seen() {
    let mut entry = sending(Step::OpenPurse);
    if let Entry::Sending { message, .. } = &mut entry {
        message.0[0] ^= 1;
    }
    let mut journal = Journal::open(MemoryStore::default()).unwrap();
    journal.append(&entry).unwrap();
    let error = journal.progress(Step::OpenPurse).unwrap_err();
    assert!(matches!(error, JournalError::Altered { line: 1, .. }), "{error}");
}

#[test]
fn two_processes_cannot_have_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let mut journal = Journal::open(FileStore::open(&path).unwrap()).unwrap();
    assert!(matches!(FileStore::open(&path), Err(JournalError::Locked)));
    journal.append(&Entry::Done).unwrap();
    assert!(Journal::open(FileStore::look(&path).unwrap()).unwrap().is_done());
    drop(journal);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&bytes[..], b"{\"sum\""].concat()).unwrap();
    let again = Journal::open(FileStore::open(&path).unwrap()).unwrap();
    assert_eq!((again.entries().len(), again.dropped()), (1, 6));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

proptest! {
    #[test]
    fn no_changed_byte_goes_unseen(place in 0usize..2000, change in 1u8..=255) {
        let (entries, mut bytes) = some();
        let place = place % bytes.len();
        bytes[place] ^= change;
        // The last line may look torn; it is dropped then and nothing else.
        match Journal::open(store(&bytes)) {
            Err(JournalError::Altered { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
            Ok(journal) => prop_assert_eq!(journal.entries(), &entries[..entries.len() - 1]),
        }
    }
}
