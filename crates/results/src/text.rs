//! Texts from the chain made harmless, and amounts and times for people.
//!
//! Whoever enters a contest chooses a link, whoever proposes one a title: these texts are written by strangers. Here
//! they lose what could act (control characters, marks that turn the direction of writing) and nothing else; each form
//! of output then escapes what it has to.

use ton_abi::{Nano, UnixTime};

/// Longest text that is shown in full, in characters. Contracts take 256 bytes at most.
const LONGEST: usize = 300;
/// What stands for a character that is not shown.
const REPLACED: char = '\u{fffd}';

/// Whether a character acts on its surroundings instead of being shown: control characters, marks and overrides of the
/// direction of writing, invisible separators, tags.
///
/// Source: Unicode general categories Cc, Zl, Zp and the Cf that UTS 55 ("Source code handling") warns of.
pub(crate) const fn acts(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text on one line without characters that act; cut after 300 characters.
pub fn plain(text: &str) -> String {
    let mut shown: String =
        text.chars().take(LONGEST).map(|it| if acts(it) { REPLACED } else { it }).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// A link that may be followed: to the web or to IPFS, to a host that is written in plain letters and with nobody's
/// name before it; everything unusual in it is percent-encoded.
pub(crate) fn safe_link(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    if !["http", "https", "ipfs"].contains(&scheme.as_str()) || text.chars().count() > LONGEST {
        return None;
    }
    if rest.chars().any(|it| acts(it) || it.is_whitespace()) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let is_host = |it: char| it.is_ascii_alphanumeric() || "-._:[]".contains(it);
    if host.is_empty() || !host.chars().all(is_host) {
        return None;
    }
    let mut link = format!("{scheme}://{host}");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&*+,;=%".contains(&byte) {
            link.push(byte.into());
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(link)
}

/// Tokens with groups of three digits, as in the proposal: `1 000.5`. The spaces do not break lines.
pub fn amount(amount: Nano) -> String {
    let digits = format!("{amount:#}");
    let (whole, part) = digits.split_once('.').map_or((digits.as_str(), None), |(a, b)| (a, Some(b)));
    let groups: Vec<_> = whole.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    let whole = groups.join("\u{a0}");
    part.map_or(whole.clone(), |part| format!("{whole}.{part}"))
}

/// `2020-12-01 00:00`, in UTC; a dash for no time.
pub fn utc(time: UnixTime) -> String {
    if time.0 == 0 {
        return "–".to_owned();
    }
    format!("{:#}", time.utc())
}

/// `2020-12-01T00:00:00Z`; nothing for no time.
pub(crate) fn iso(time: UnixTime) -> String {
    if time.0 == 0 {
        return String::new();
    }
    format!("{}Z", time.utc().to_string().replace(' ', "T"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_act_are_replaced_and_all_others_stay() {
        assert_eq!(plain("Äpfel & <b>日本語</b> 👍"), "Äpfel & <b>日本語</b> 👍");
        assert_eq!(
            plain("a\u{202e}b\x1b[31m\r\nc\u{200b}\0"),
            "a\u{fffd}b\u{fffd}[31m\u{fffd}\u{fffd}c\u{fffd}\u{fffd}"
        );
        let long = plain(&"x".repeat(10_000));
        assert_eq!((long.chars().count(), long.ends_with('…')), (LONGEST + 1, true));
    }

    #[test]
    fn only_plain_links_to_the_web_and_ipfs_can_be_followed() {
        for (text, link) in [
            ("https://freeton.org/contests", "https://freeton.org/contests"),
            ("HTTP://example.org:8080/a?b=c#d", "http://example.org:8080/a?b=c#d"),
            ("ipfs://bafy/x y", ""),
            ("ipfs://bafy/ä\"<'>)`", "ipfs://bafy/%C3%A4%22%3C%27%3E%29%60"),
            ("javascript:alert(1)", ""),
            ("javascript://example.org/%0aalert(1)", ""),
            ("data:text/html,x", ""),
            ("https://freeton.org@evil.example/", ""),
            ("https://freetоn.org/", ""),
            ("https:///x", ""),
            ("https://a.example/\u{202e}gpj.exe", ""),
            ("//a.example", ""),
            ("", ""),
        ] {
            assert_eq!(safe_link(text).unwrap_or_default(), link, "{text}");
        }
        assert_eq!(safe_link(&format!("https://a.example/{}", "x".repeat(10_000))), None);
    }

    #[test]
    fn amounts_and_times_are_shown_as_people_write_them() {
        assert_eq!(amount(Nano::tokens(673_120)), "673\u{a0}120");
        assert_eq!(amount(Nano(1_000_500_000_000)), "1\u{a0}000.5");
        assert_eq!(utc(UnixTime(1_606_780_800)), "2020-12-01 00:00");
        assert_eq!(iso(UnixTime(1_606_780_859)), "2020-12-01T00:00:59Z");
        assert_eq!((utc(UnixTime(0)).as_str(), iso(UnixTime(0)).as_str()), ("–", ""));
    }
}
