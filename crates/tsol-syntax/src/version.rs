//! Version requirements of `pragma tvm-solidity`.
//!
//! ```
//! use tsol_syntax::version::{LANGUAGE_VERSION, VersionReq};
//!
//! assert!(VersionReq::parse(">=0.72.0").unwrap().matches(LANGUAGE_VERSION));
//! assert!(!VersionReq::parse("^0.35.5").unwrap().matches(LANGUAGE_VERSION));
//! ```

use std::fmt;

/// The version of the language that this compiler answers to.
pub const LANGUAGE_VERSION: Version = Version(0, 77, 0);

/// Major, minor and patch number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Version(pub u32, pub u32, pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A set of versions.
///
/// Written as in npm and in the official compiler: comparisons `<`, `<=`, `>`, `>=`, `=`, `^`, `~` joined by
/// blanks (all must hold), ranges `1.0 - 2.0`, alternatives joined by `||`, and `x`, `X`, `*` or nothing for
/// parts that do not matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VersionReq {
    alternatives: Vec<Interval>,
}

/// A text that is not a version requirement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VersionError {
    /// Nothing is written where a version is needed.
    Empty,
    /// Something else stands where a version is needed.
    NotAVersion,
    /// A part does not fit 32 bits.
    TooLarge,
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            VersionError::Empty => "version is missing",
            VersionError::NotAVersion => "not a version",
            VersionError::TooLarge => "number in the version is too large",
        })
    }
}

impl std::error::Error for VersionError {}

/// Versions from `low` to below `high`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Interval {
    low: Version,
    high: Option<Version>,
}

const LOWEST: Version = Version(0, 0, 0);

impl Interval {
    fn and(self, other: Interval) -> Interval {
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Interval { low: self.low.max(other.low), high }
    }
}

/// A version whose last parts may be open.
#[derive(Clone, Copy)]
struct Partial {
    major: Option<u32>,
    minor: Option<u32>,
    patch: Option<u32>,
}

impl Partial {
    fn parse(text: &str) -> Result<Partial, VersionError> {
        let mut parts = text.split('.').map(|part| match part {
            "x" | "X" | "*" => Ok(None),
            _ => number(part).map(Some),
        });
        let mut next = || parts.next().unwrap_or(Ok(None));
        let partial = Partial { major: next()?, minor: next()?, patch: next()? };
        if parts.next().is_some() { Err(VersionError::NotAVersion) } else { Ok(partial) }
    }

    fn lowest(self) -> Version {
        let (Some(major), minor) = (self.major, self.minor) else { return LOWEST };
        Version(major, minor.unwrap_or(0), minor.and(self.patch).unwrap_or(0))
    }

    /// The first version behind all that fit; absent if every version fits.
    fn end(self) -> Option<Version> {
        let major = self.major?;
        Some(match (self.minor, self.patch) {
            (Some(minor), Some(patch)) => Version(major, minor, patch.saturating_add(1)),
            (Some(minor), None) => Version(major, minor.saturating_add(1), 0),
            (None, _) => Version(major.saturating_add(1), 0, 0),
        })
    }

    /// End of `^`: the first part that is not zero stays.
    fn caret_end(self) -> Option<Version> {
        let major = self.major?;
        Some(match (self.minor, self.patch) {
            (None, _) => Version(major.saturating_add(1), 0, 0),
            (Some(_), _) if major > 0 => Version(major.saturating_add(1), 0, 0),
            (Some(minor), patch) if minor > 0 || patch.is_none() => Version(0, minor.saturating_add(1), 0),
            (Some(_), patch) => Version(0, 0, patch.unwrap_or(0).saturating_add(1)),
        })
    }

    /// End of `~`: the patch number may grow, or the minor number if only the major one is given.
    fn tilde_end(self) -> Option<Version> {
        let major = self.major?;
        Some(match self.minor {
            Some(minor) => Version(major, minor.saturating_add(1), 0),
            None => Version(major.saturating_add(1), 0, 0),
        })
    }

    fn compared(self, op: &str) -> Interval {
        let nothing = Interval { low: LOWEST, high: Some(LOWEST) };
        match op {
            ">=" => Interval { low: self.lowest(), high: None },
            ">" => self.end().map_or(nothing, |low| Interval { low, high: None }),
            "<" => Interval { low: LOWEST, high: Some(self.lowest()) },
            "<=" => Interval { low: LOWEST, high: self.end() },
            "^" => Interval { low: self.lowest(), high: self.caret_end() },
            "~" => Interval { low: self.lowest(), high: self.tilde_end() },
            _ => Interval { low: self.lowest(), high: self.end() },
        }
    }
}

fn number(text: &str) -> Result<u32, VersionError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(VersionError::NotAVersion);
    }
    text.parse().map_err(|_| VersionError::TooLarge)
}

impl VersionReq {
    /// Reads a requirement. Blanks between a sign and its version do not matter.
    ///
    /// # Errors
    /// If the text is empty, is something else, or holds a number over 32 bits.
    pub fn parse(text: &str) -> Result<VersionReq, VersionError> {
        let alternatives = text.split("||").map(parse_all_of).collect::<Result<_, _>>()?;
        Ok(VersionReq { alternatives })
    }

    /// Whether a version is in the set.
    pub fn matches(&self, version: Version) -> bool {
        self.alternatives.iter().any(|i| i.low <= version && i.high.is_none_or(|high| version < high))
    }
}

/// Comparisons that must all hold, or one range with a hyphen.
fn parse_all_of(text: &str) -> Result<Interval, VersionError> {
    let text = text.trim();
    if let Some((low, high)) = text.split_once(" - ") {
        let low = Partial::parse(low.trim())?.compared(">=");
        return Ok(low.and(Partial::parse(high.trim())?.compared("<=")));
    }
    if text.is_empty() {
        return Err(VersionError::Empty);
    }
    let mut rest = text;
    let mut all = Interval { low: LOWEST, high: None };
    while !rest.is_empty() {
        let op =
            ["<=", ">=", "<", ">", "=", "^", "~"].into_iter().find(|op| rest.starts_with(op)).unwrap_or("");
        rest = rest[op.len()..].trim_start();
        let end = rest.find(|c: char| c.is_whitespace() || "<>=^~".contains(c)).unwrap_or(rest.len());
        let (version, after) = rest.split_at(end);
        if version.is_empty() {
            return Err(VersionError::Empty);
        }
        all = all.and(Partial::parse(version)?.compared(op));
        rest = after.trim_start();
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(req: &str, version: (u32, u32, u32)) -> bool {
        let req = VersionReq::parse(req).unwrap();
        req.matches(Version(version.0, version.1, version.2))
    }

    #[test]
    fn examples_of_the_reference() {
        assert!(
            matches(">= 0.35.5", (0, 35, 5))
                && matches(">= 0.35.5", (1, 0, 0))
                && !matches(">= 0.35.5", (0, 35, 4))
        );
        assert!(matches("^ 0.35.5", (0, 35, 9)) && !matches("^ 0.35.5", (0, 36, 0)));
        assert!(matches("< 0.35.5", (0, 35, 4)) && !matches("< 0.35.5", (0, 35, 5)));
        let two = ">= 0.35.5 < 0.35.7";
        assert!(matches(two, (0, 35, 5)) && matches(two, (0, 35, 6)) && !matches(two, (0, 35, 7)));
    }

    #[test]
    fn open_parts_and_ranges() {
        type Versions = &'static [(u32, u32, u32)];
        let cases: [(&str, Versions, Versions); 12] = [
            ("0.77", &[(0, 77, 0), (0, 77, 9)], &[(0, 78, 0), (0, 76, 9)]),
            ("=0.77.0", &[(0, 77, 0)], &[(0, 77, 1)]),
            ("0.x", &[(0, 0, 0), (0, 99, 1)], &[(1, 0, 0)]),
            ("*", &[(0, 0, 0), (9, 9, 9)], &[]),
            (">0.77", &[(0, 78, 0)], &[(0, 77, 5)]),
            ("<=0.77", &[(0, 77, 5)], &[(0, 78, 0)]),
            ("^0.0.3", &[(0, 0, 3)], &[(0, 0, 4)]),
            ("^1.2.3", &[(1, 9, 0)], &[(2, 0, 0), (1, 2, 2)]),
            ("~1.2.3", &[(1, 2, 9)], &[(1, 3, 0)]),
            ("0.4 - 0.6.2", &[(0, 4, 0), (0, 6, 2)], &[(0, 6, 3), (0, 3, 9)]),
            ("^0.72.0 || ^0.77.0", &[(0, 72, 4), (0, 77, 0)], &[(0, 73, 0)]),
            (">0.1.0>=0.2.0<0.3.0", &[(0, 2, 0)], &[(0, 1, 5), (0, 3, 0)]),
        ];
        for (req, inside, outside) in cases {
            assert!(inside.iter().all(|v| matches(req, *v)), "{req}");
            assert!(!outside.iter().any(|v| matches(req, *v)), "{req}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        use VersionError::{Empty, NotAVersion, TooLarge};
        let cases = [
            ("", Empty),
            (">0.5.0<", Empty),
            ("||", Empty),
            ("v1.2.3", NotAVersion),
            ("(8.0.0)", NotAVersion),
            ("88_", NotAVersion),
            ("1.2.3.4", NotAVersion),
            ("0.4.1 - 0.6.2 0.8.17", NotAVersion),
            ("4294967296", TooLarge),
        ];
        for (req, error) in cases {
            assert_eq!(VersionReq::parse(req), Err(error), "{req}");
        }
    }
}
