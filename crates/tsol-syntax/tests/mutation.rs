//! Broken sources: the parser always comes back with a tree, and what it takes for right it can print.

mod support;

use std::time::{Duration, Instant};

use support::{CORPUS, parsed, shape};
use tsol_syntax::diag::{Diagnostics, Severity};
use tsol_syntax::lexer::lex;
use tsol_syntax::print::print;
use tsol_syntax::span::FileId;

const SEED: u64 = 0x5eed_0077;
const ROUNDS: usize = 100_000;

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
fn pieces(text: &str) -> Vec<String> {
    let lexed = lex(FileId(0), text, &Diagnostics::new());
    let mut pieces = Vec::new();
    let mut at = 0;
    for token in lexed.tokens {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        pieces.push(text[at..start].to_owned());
        pieces.push(text[start..end].to_owned());
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

fn mutate_tokens(mut pieces: Vec<String>, donor: &[String], random: &mut Random) -> String {
    for _ in 0..=random.below(3) {
        let at = random.below(pieces.len());
        let other = random.below(pieces.len());
        match random.below(4) {
            0 => {
                pieces.remove(at);
            }
            1 => {
                let piece = pieces[at].clone();
                pieces.insert(other, piece);
            }
            2 => pieces.swap(at, other),
            _ => pieces[at] = donor[random.below(donor.len())].clone(),
        }
    }
    pieces.concat()
}

fn mutant(random: &mut Random, cut: &[Vec<String>]) -> String {
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

#[test]
fn broken_sources_never_break_the_parser() {
    println!("seed {SEED:#x}");
    let cut: Vec<_> = CORPUS.iter().map(|(_, text)| pieces(text)).collect();
    let mut random = Random(SEED);
    let (mut right, mut slowest) = (0, Duration::ZERO);
    for round in 0..ROUNDS {
        let text = mutant(&mut random, &cut);
        let start = Instant::now();
        let (unit, diags) = parsed(&text);
        slowest = slowest.max(start.elapsed());
        for diag in &diags {
            let span = diag.span();
            assert!(span.end as usize <= text.len(), "round {round}: {diag:?}");
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "round {round}: {diag:?}");
        }
        if diags.iter().any(|d| d.severity == Severity::Error) {
            continue;
        }
        right += 1;
        // Comparing whole trees takes longer than parsing; a part of the rounds is enough for it.
        let printed = print(&unit);
        let (again, diags) = parsed(&printed);
        assert!(diags.iter().all(|d| d.severity == Severity::Warning), "round {round}: {diags:?}\n{printed}");
        assert_eq!(print(&again), printed, "round {round}");
        if right % 16 == 0 {
            assert_eq!(shape(&unit), shape(&again), "round {round}");
        }
    }
    println!("{right} of {ROUNDS} without errors, slowest {slowest:?}");
    assert!(right > ROUNDS / 100, "too few mutants are right for the printer to be tested");
    assert!(slowest < Duration::from_secs(5));
}
