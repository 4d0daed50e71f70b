//! Sources with random damage: the checker reports or accepts, but never panics and never hangs.

use std::path::Path;

use tsol_sema::{Loader, check};
use tsol_syntax::diag::Diagnostics;
use tsol_syntax::span::SourceMap;

/// The same texts as the contracts import, by the last part of their paths.
struct Texts(Vec<(String, String)>);

impl Loader for Texts {
    fn load(&self, _: &str, path: &str) -> Option<(String, String)> {
        let name = path.rsplit('/').next()?;
        self.0.iter().find(|(file, _)| file == name).cloned()
    }
}

fn read_all(dir: &Path, found: &mut Vec<(String, String)>) {
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .expect("the folder exists")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_all(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "tsol") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).expect("the file can be read")));
        }
    }
}

/// A small generator: the cases must be the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// Words, numbers and single signs, blanks kept apart.
fn pieces(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = false;
    for c in text.chars() {
        let belongs = c.is_alphanumeric() || c == '_';
        match out.last_mut() {
            Some(last) if belongs && word => last.push(c),
            _ => out.push(c.to_string()),
        }
        word = belongs;
    }
    out
}

#[test]
fn damaged_sources_are_judged_without_a_panic() {
    const SEED: u64 = 20_240_617;
    const CASES: usize = 600;
    println!("seed {SEED}");
    let mut texts = Vec::new();
    read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts"), &mut texts);
    let loader = Texts(texts);
    let cut: Vec<Vec<String>> = loader.0.iter().map(|(_, text)| pieces(text)).collect();
    let mut random = Random(SEED);
    let mut refused = 0;
    for _ in 0..CASES {
        let mut source = cut[random.below(cut.len())].clone();
        for _ in 0..=random.below(5) {
            let at = random.below(source.len());
            let donor = &cut[random.below(cut.len())];
            let piece = donor[random.below(donor.len())].clone();
            match random.below(4) {
                0 => drop(source.remove(at)),
                1 => source[at] = piece,
                2 => source.insert(at, piece),
                _ => {
                    let other = random.below(source.len());
                    source.swap(at, other);
                }
            }
        }
        let mut sources = SourceMap::new();
        let file = sources.add("damaged.tsol", source.concat());
        let diags = Diagnostics::new();
        let program = check(&mut sources, &loader, &[file], &diags);
        assert_eq!(program.is_err(), diags.has_errors(), "a tree exists exactly without errors");
        refused += usize::from(program.is_err());
    }
    assert!(refused > CASES / 4, "the damage is too mild: {refused} of {CASES} were refused");
}
