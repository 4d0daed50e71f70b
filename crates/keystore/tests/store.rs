//! The store on a real disk: permissions, interrupted and altered files, wrong passwords. Nothing may get lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path as FilePath, PathBuf};

use keys::{KeyPair, Path, Phrase, Signer, development};
use keystore::{Cost, Error, KeyName, Kind, Password, Secret, Store, read_descriptor, write_new};
use tempfile::TempDir;

const PHRASE: &str = "abandon math mimic master filter design carbon crystal rookie group knife young";
const SECRET: &str = "9f7c2a4e1b3d5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
const PASSWORD: &str = "correct horse";

struct Scene {
    _folder: TempDir,
    store: Store,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("deep/keys")).with_cost(Cost::new(64, 1, 1).unwrap());
        Self { _folder: folder, store }
    }

    fn with_key() -> Self {
        let scene = Self::new();
        scene.store.add(&name("first"), &phrase(3), &password()).unwrap();
        scene
    }

    fn file(&self, name: &str) -> PathBuf {
        self.store.directory().join(format!("{name}.key"))
    }

    fn code(&self, name_: &str) -> &'static str {
        self.store.unlock(&name(name_), &password()).err().map_or("ok", |error| error.code())
    }
}

fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

fn password() -> Password {
    Password::new(PASSWORD).unwrap()
}

fn phrase(index: u32) -> Secret {
    Secret::phrase(Phrase::parse(PHRASE).unwrap(), Path::account(index).unwrap()).unwrap()
}

fn secret() -> Secret {
    Secret::key(KeyPair::from_secret_hex(SECRET).unwrap())
}

fn files(directory: &FilePath) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn keys_are_listed_without_a_password_and_sign_with_it() {
    let scene = Scene::with_key();
    let second = scene.store.add(&name("a-second.one"), &secret(), &password()).unwrap();
    let listing = scene.store.list().unwrap();
    assert!(listing.broken.is_empty());
    assert_eq!(
        listing.keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(),
        ["a-second.one", "first"]
    );
    assert_eq!((listing.keys[0].kind, listing.keys[1].kind), (Kind::Secret, Kind::Phrase));
    assert_eq!(listing.keys[1].path, Some(Path::account(3).unwrap()));
    assert_eq!(scene.store.find(&second.public_key).unwrap(), Some(second));

    let expected = Phrase::parse(PHRASE).unwrap().key(3).unwrap();
    let unlocked = scene.store.unlock(&name("first"), &password()).unwrap();
    assert_eq!(unlocked.public_key(), expected.public_key());
    assert_eq!(unlocked.sign(&[8; 32]).unwrap(), expected.sign(&[8; 32]).unwrap());
    assert_eq!(unlocked.phrase().unwrap().reveal().as_str(), PHRASE);
    assert_eq!(files(scene.store.directory()), ["a-second.one.key", "first.key"], "no temporary file stays");
}

#[test]
fn a_store_that_was_never_used_is_empty() {
    let scene = Scene::new();
    assert!(scene.store.list().unwrap().keys.is_empty());
    assert_eq!(scene.code("first"), "unknown-key");
    assert!(!scene.store.directory().exists(), "looking makes nothing");
}

#[test]
fn an_existing_key_is_never_overwritten() {
    let scene = Scene::with_key();
    let before = fs::read(scene.file("first")).unwrap();
    let error = scene.store.add(&name("first"), &secret(), &password()).unwrap_err();
    assert_eq!(error.code(), "key-exists");
    assert_eq!(fs::read(scene.file("first")).unwrap(), before);
    let error = write_new(&scene.file("first"), b"x").unwrap_err();
    assert!(
        matches!(error, Error::File { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists)
    );
    assert_eq!(fs::read(scene.file("first")).unwrap(), before);
    assert_eq!(files(scene.store.directory()), ["first.key"]);
}

#[test]
fn keys_added_at_the_same_moment_do_not_overwrite_each_other() {
    let scene = Scene::with_key();
    let added: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|index| {
                let store = &scene.store;
                scope.spawn(move || store.add(&name("shared"), &phrase(index), &password()).is_ok())
            })
            .collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(added, 1);
    assert_eq!(scene.code("shared"), "ok");
}

#[test]
fn a_changed_password_is_the_only_one_and_a_failed_change_leaves_the_old() {
    let scene = Scene::with_key();
    let before = fs::read(scene.file("first")).unwrap();
    let (wrong, new) = (Password::new("incorrect horse").unwrap(), Password::new("battery staple").unwrap());
    let error = scene.store.change_password(&name("first"), &wrong, &new).unwrap_err();
    assert_eq!(error.code(), "wrong-password");
    let error =
        scene.store.change_password(&name("first"), &password(), &Password::entered("short")).unwrap_err();
    assert_eq!(error.code(), "short-password");
    assert_eq!(fs::read(scene.file("first")).unwrap(), before);

    scene.store.change_password(&name("first"), &password(), &new).unwrap();
    assert_eq!(scene.code("first"), "wrong-password");
    assert_eq!(scene.store.unlock(&name("first"), &new).unwrap().reveal().as_str(), PHRASE);
}

#[cfg(unix)]
mod permissions {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &FilePath) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set(path: &FilePath, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn files_and_directory_are_closed_for_others() {
        let scene = Scene::with_key();
        assert_eq!((mode(scene.store.directory()), mode(&scene.file("first"))), (0o700, 0o600));
        scene.store.change_password(&name("first"), &password(), &password()).unwrap();
        assert_eq!(mode(&scene.file("first")), 0o600);
    }

    #[test]
    fn what_others_can_read_is_refused() {
        let scene = Scene::with_key();
        for open in [0o640, 0o604, 0o602, 0o610] {
            set(&scene.file("first"), open);
            assert_eq!(scene.code("first"), "key-permissions", "{open:o}");
        }
        assert_eq!(scene.store.list().unwrap().broken[0].error.code(), "key-permissions");
        let error = scene.store.unlock(&name("first"), &password()).unwrap_err();
        assert!(error.hint().contains("chmod 600 "), "{}", error.hint());
        set(&scene.file("first"), 0o600);
        assert_eq!(scene.code("first"), "ok");

        set(scene.store.directory(), 0o755);
        assert_eq!(scene.code("first"), "key-permissions");
        assert_eq!(scene.store.list().unwrap_err().code(), "key-permissions");
        let error = scene.store.add(&name("second"), &secret(), &password()).unwrap_err();
        assert_eq!(error.code(), "key-permissions");
        assert!(error.hint().contains("chmod 700 "), "{}", error.hint());
    }

    #[test]
    fn links_and_directories_are_no_key_files() {
        let scene = Scene::with_key();
        symlink(scene.file("first"), scene.file("link")).unwrap();
        fs::create_dir(scene.file("folder")).unwrap();
        assert_eq!((scene.code("link"), scene.code("folder")), ("key-file", "key-file"));
        let listing = scene.store.list().unwrap();
        assert_eq!((listing.keys.len(), listing.broken.len()), (1, 2));
    }
}

#[test]
fn a_renamed_file_does_not_pass_for_another_key() {
    let scene = Scene::with_key();
    fs::rename(scene.file("first"), scene.file("second")).unwrap();
    assert_eq!((scene.code("second"), scene.code("first")), ("key-renamed", "unknown-key"));
    fs::rename(scene.file("second"), scene.file("first")).unwrap();
    assert_eq!(scene.code("first"), "ok");
}

#[test]
fn one_broken_file_does_not_hide_the_others() {
    let scene = Scene::with_key();
    for (bad, bytes) in
        [("cut", &b"{\"schema\":"[..]), ("empty", b""), ("noise", &[0xff; 40]), ("big", &[b' '; 20_000])]
    {
        write_new(&scene.file(bad), bytes).unwrap();
    }
    write_new(&scene.store.directory().join("notes.txt"), b"no key").unwrap();
    let listing = scene.store.list().unwrap();
    assert_eq!(listing.keys.len(), 1);
    let broken: Vec<_> =
        listing.broken.iter().map(|broken| (broken.name.as_str(), broken.error.code())).collect();
    let expected = [
        ("big", "key-damaged"),
        ("cut", "key-truncated"),
        ("empty", "key-truncated"),
        ("noise", "key-damaged"),
    ];
    assert_eq!(broken, expected);
}

#[test]
fn names_that_are_no_file_names_are_refused() {
    for bad in ["", "../up", "a/b", ".hidden", "-flag", "7", "12345", "a b", "ключ", "dot.", "CON", "a\nb"]
    {
        let error = bad.parse::<KeyName>().unwrap_err();
        assert_eq!(error.code(), "bad-key-name", "{bad:?}");
        assert!(!error.to_string().contains('\n'));
    }
    assert!("x".repeat(65).parse::<KeyName>().is_err());
    for fine in ["a", "7a", "Renat.Skitsan", "org_2-b", &"x".repeat(64)] {
        assert!(fine.parse::<KeyName>().is_ok(), "{fine}");
    }
    let typed = PHRASE.parse::<KeyName>().unwrap_err().to_string();
    assert!(!typed.contains("math"), "a phrase in the wrong place is not repeated: {typed}");
}

#[test]
fn development_keys_are_kept_only_on_request_and_stay_marked() {
    let scene = Scene::new();
    let made = |index| {
        let phrase = Phrase::parse(development::PHRASE).unwrap();
        Secret::phrase(phrase, Path::account(index).unwrap()).unwrap()
    };
    let bare = || Secret::key(development::signer(20).key_pair().clone());
    for secret in [made(0), made(5000), bare()] {
        assert_eq!(
            scene.store.add(&name("dev"), &secret, &password()).unwrap_err().code(),
            "development-key"
        );
    }
    for (file, secret) in [("dev", made(5000)), ("bare", bare())] {
        let info = scene.store.add(&name(file), &secret.for_development(), &password()).unwrap();
        assert!(info.development);
        assert!(scene.store.unlock(&name(file), &password()).unwrap().is_development());
    }
    let own = scene.store.add(&name("own"), &phrase(0).for_development(), &password()).unwrap();
    assert!(!own.development, "a secret of one's own is not marked by being kept so");
}

#[test]
fn costs_have_bounds() {
    for (memory, passes, lanes) in
        [(7, 1, 1), (31, 1, 4), (64, 0, 1), (64, 17, 1), (64, 1, 0), (64, 1, 17), (1 << 23, 1, 1)]
    {
        assert_eq!(Cost::new(memory, passes, lanes).unwrap_err().code(), "key-cost");
    }
    assert!(Cost::with_mebibytes(18).is_err() && Cost::with_mebibytes(4097).is_err());
    assert!(Cost::with_mebibytes(19).is_ok());
    assert_eq!(Cost::with_mebibytes(256).unwrap(), Cost::default());
}

#[test]
fn nothing_that_is_shown_holds_a_secret() {
    let scene = Scene::with_key();
    scene.store.add(&name("second"), &secret(), &password()).unwrap();
    let wrong = Password::new("incorrect horse").unwrap();
    let mut shown = format!("{:?} {:?} {:?} {:?}", phrase(1), secret(), password(), scene.store);
    for key in ["first", "second"] {
        shown += &format!("{:?}", scene.store.unlock(&name(key), &password()).unwrap());
        let error = scene.store.unlock(&name(key), &wrong).unwrap_err();
        shown += &format!("{error} {error:?} {}", error.hint());
        shown += &fs::read_to_string(scene.file(key)).unwrap();
    }
    for secret in [&PHRASE[..24], SECRET, PASSWORD, &SECRET.to_uppercase(), "incorrect horse"] {
        assert!(!shown.contains(secret));
    }
}

#[test]
fn descriptors_that_are_not_open_are_errors() {
    assert_eq!(read_descriptor(777).unwrap_err().code(), "bad-descriptor");
}
