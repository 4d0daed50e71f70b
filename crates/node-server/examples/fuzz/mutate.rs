//! Changing inputs: the small generator is our own, so that a seed means the same for ever.

/// Longest input, in bytes.
const LONGEST: usize = 256 << 10;

/// Pieces that parsers care about.
const TOKENS: [&str; 34] = [
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "-1",
    "0",
    "18446744073709551616",
    "1e999",
    "0.1",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "(",
    ")",
    "$a",
    "...",
    "@skip(if:true)",
    "query",
    "mutation",
    "OR",
    "eq",
    "in",
    "limit",
    "timeout:1",
    "=",
    "-1:",
];

pub(crate) struct Mutator {
    state: u64,
    samples: Vec<Vec<u8>>,
}

impl Mutator {
    pub(crate) fn new(seed: u64, samples: Vec<Vec<u8>>) -> Self {
        Self { state: seed ^ 0x9e37_79b9_7f4a_7c15, samples }
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.random() % (end.max(1) as u64)).unwrap_or(0)
    }

    fn sample(&mut self) -> Vec<u8> {
        let place = self.below(self.samples.len());
        self.samples[place].clone()
    }

    /// The next input: a sample changed up to eight times, sometimes not at all.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut input = self.sample();
        for _ in 0..self.below(9) {
            self.change(&mut input);
            input.truncate(LONGEST);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let place = self.below(input.len() + 1);
        match self.below(10) {
            0 if !input.is_empty() => {
                let bit = self.below(8);
                let place = place.min(input.len() - 1);
                input[place] ^= 1 << bit;
            }
            1 if !input.is_empty() => {
                let place = place.min(input.len() - 1);
                input[place] = self.random() as u8;
            }
            2 => input.truncate(place),
            3 => {
                let token = TOKENS[self.below(TOKENS.len())];
                input.splice(place..place, token.bytes());
            }
            4 => {
                let other = self.sample();
                let from = self.below(other.len() + 1);
                let length = self.below(64);
                let to = (from + length).min(other.len());
                input.splice(place..place, other[from..to].iter().copied());
            }
            5 => {
                let end = (place + self.below(64)).min(input.len());
                input.drain(place..end);
            }
            6 => {
                let end = (place + self.below(32)).min(input.len());
                let piece = input[place..end].to_vec();
                let times = 1 << self.below(9);
                input.splice(place..place, piece.repeat(times));
            }
            7 => {
                // A number in four bytes: lengths and indexes of binary formats.
                let number = [0, 1, 0xff, 0xffff, u32::MAX, u32::MAX / 2][self.below(6)];
                for (to, byte) in input.iter_mut().skip(place).zip(number.to_be_bytes()) {
                    *to = byte;
                }
            }
            8 => {
                let other = self.sample();
                let from = self.below(other.len() + 1);
                input.truncate(place);
                input.extend_from_slice(&other[from..]);
            }
            _ => {
                let token = TOKENS[self.below(TOKENS.len())];
                let end = (place + token.len()).min(input.len());
                input.splice(place..end, token.bytes());
            }
        }
    }
}
