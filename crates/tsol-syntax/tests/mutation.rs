//! Broken sources: the parser always comes back with a tree, and what it takes for right it can print.

mod support;

use support::{CORPUS, parsed, shape};
use tsol_syntax::diag::{Diagnostics, Severity};
use tsol_syntax::lexer::lex;
use tsol_syntax::print::print;
use tsol_syntax::span::FileId;

const SEED: u64 = 0x5eed_0077;
const ROUNDS: usize = 100_000;
const WORKERS: u64 = 4;

/// SplitMix64: small, and equal on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// A source as its tokens and what stands between them.
fn pieces(text: &str) -> Vec<&str> {
    let lexed = lex(FileId(0), text, &Diagnostics::new());
    let mut pieces = Vec::new();
    let mut at = 0;
    for token in lexed.tokens {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        pieces.push(&text[at..start]);
        pieces.push(&text[start..end]);
        at = end;
    }
    pieces
}

fn flip_byte(text: &str, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = random.below(bytes.len());
    bytes[at] ^= 1 << random.below(8);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn mutate_tokens<'a>(mut pieces: Vec<&'a str>, donor: &[&'a str], random: &mut Random) -> String {
    for _ in 0..=random.below(3) {
        let at = random.below(pieces.len());
        let other = random.below(pieces.len());
        match random.below(4) {
            0 => {
                pieces.remove(at);
            }
            1 => {
                let piece = pieces[at];
                pieces.insert(other, piece);
            }
            2 => pieces.swap(at, other),
            _ => pieces[at] = donor[random.below(donor.len())],
        }
    }
    pieces.concat()
}

fn mutant(random: &mut Random, cut: &[Vec<&str>]) -> String {
    let which = random.below(CORPUS.len());
    let text = CORPUS[which].1;
    match random.below(8) {
        0 => flip_byte(text, random),
        1 => {
            let end = random.below(text.len());
            String::from_utf8_lossy(&text.as_bytes()[..end]).into_owned()
        }
        2 => {
            let start = random.below(text.len());
            String::from_utf8_lossy(&text.as_bytes()[start..]).into_owned()
        }
        _ => {
            let donor = random.below(CORPUS.len());
            mutate_tokens(cut[which].clone(), &cut[donor], random)
        }
    }
}

/// Checks one mutant; true if it has no errors.
fn check(text: &str, compare: bool, name: &str) -> bool {
    let (unit, diags) = parsed(text);
    for diag in &diags {
        let span = diag.span();
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{name}: {diag:?}");
    }
    if diags.iter().any(|d| d.severity == Severity::Error) {
        return false;
    }
    if compare {
        let printed = print(&unit);
        let (again, diags) = parsed(&printed);
        assert!(diags.iter().all(|d| d.severity == Severity::Warning), "{name}: {diags:?}\n{printed}");
        assert_eq!(print(&again), printed, "{name}");
        assert_eq!(shape(&unit), shape(&again), "{name}");
    }
    true
}

/// Runs a part of the rounds; gives the number of mutants without errors.
fn run(worker: u64, rounds: usize, cut: &[Vec<&str>]) -> usize {
    let mut random = Random(SEED + worker);
    let mut right = 0;
    for round in 0..rounds {
        let text = mutant(&mut random, cut);
        // Printing and comparing takes much longer than parsing, so only a part of the mutants gets it.
        let compare = round % 16 == 0;
        right += usize::from(check(&text, compare, &format!("seed {SEED:#x} worker {worker} round {round}")));
    }
    right
}

#[test]
fn broken_sources_never_break_the_parser() {
    println!("seed {SEED:#x}");
    let cut: Vec<_> = CORPUS.iter().map(|(_, text)| pieces(text)).collect();
    let right: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let cut = &cut;
                scope.spawn(move || run(worker, ROUNDS / WORKERS as usize, cut))
            })
            .collect();
        workers.into_iter().map(|w| w.join().expect("a mutant broke the parser")).sum()
    });
    println!("{right} of {ROUNDS} without errors");
    assert!(right > ROUNDS / 100, "too few mutants are right for the printer to be tested");
}
