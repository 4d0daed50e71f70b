//! A review for people.

use std::fmt::Write as _;

use ton_abi::UnixTime;

use super::argument::{Argument, Inside};
use super::{Level, Review};
use ton_abi::printable;

impl Review {
    /// The review as lines of text, safe to print: nothing in a file can paint over another line.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "{name:<12} {value}");
        };
        line("Network", self.network_words());
        line("To", self.destination.to_string());
        line("Contract", self.contract_words());
        if let Some((name, hash)) = self.deploys {
            line("Deploys", format!("{} (code {hash})", name.unwrap_or("unknown code")));
        }
        line("Call", printable(&self.function));
        write_arguments(&mut text, &self.arguments, 1);
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "{name:<12} {value}");
        };
        line("Signed by", self.public_key.map_or_else(|| "any key".to_owned(), |key| key.to_string()));
        if let Some(time) = self.time {
            let seconds = u32::try_from(time.0 / 1000).unwrap_or(u32::MAX);
            line("Made", format!("{} UTC", UnixTime(seconds).utc()));
        }
        line("Expires", self.expiry_words());
        line("To sign", self.hash.to_string());
        self.write_claims(&mut text);
        for warning in &self.warnings {
            let mark = match warning.level {
                Level::Accept => "DANGER",
                Level::Note => "WARNING",
            };
            let _ = writeln!(text, "{mark} [{}] {}", warning.code, warning.text);
        }
        text
    }

    fn network_words(&self) -> String {
        let Self { network, .. } = self;
        let kind = if network.development { ", for development" } else { "" };
        let name = printable(&network.name);
        format!(
            "{name} (global id {}{kind}), as the file says; a signature does not name its network",
            network.global_id
        )
    }

    fn contract_words(&self) -> String {
        match self.contracts.as_slice() {
            [] => "unknown".to_owned(),
            names => format!(
                "{}, by its function; what is at the address, only a network can tell",
                names.join(" or ")
            ),
        }
    }

    fn expiry_words(&self) -> String {
        let Some(expire) = self.expire else { return "never".to_owned() };
        let left = match expire.0.checked_sub(self.clock.now.0).filter(|left| *left > 0) {
            None => "over".to_owned(),
            Some(seconds @ 0..120) => format!("{seconds} seconds left"),
            Some(seconds @ 120..7200) => format!("{} minutes left", seconds / 60),
            Some(seconds @ 7200..172_800) => format!("{} hours left", seconds / 3600),
            Some(seconds) => format!("{} days left", seconds / 86_400),
        };
        format!("{} UTC, {left} by {}", expire.utc(), self.clock.words())
    }

    fn write_claims(&self, text: &mut String) {
        let at = self.claims.prepared_at.utc();
        let _ = writeln!(
            text,
            "The machine that prepared it at {at} UTC claims (nobody can check this offline):"
        );
        for line in std::iter::once(&self.claims.title).chain(&self.claims.lines) {
            let _ = writeln!(text, "  | {}", printable(line));
        }
    }
}

fn write_arguments(text: &mut String, arguments: &[Argument], depth: usize) {
    let width = arguments.iter().map(|argument| argument.name.chars().count()).max().unwrap_or(0);
    for argument in arguments {
        let indent = "  ".repeat(depth);
        let inside = argument.inside.as_ref().map_or_else(String::new, inside_words);
        let words = format!("{}{inside}", argument.words);
        let line = format!("{indent}{:<width$}  {words}", argument.name);
        let _ = writeln!(text, "{}", line.trim_end());
        write_arguments(text, &argument.parts, depth + 1);
        if let Some(Inside::Call { arguments, .. } | Inside::Action { arguments, .. }) = &argument.inside {
            write_arguments(text, arguments, depth + 1);
        }
    }
}

fn inside_words(inside: &Inside) -> String {
    match inside {
        Inside::Nothing => "empty".to_owned(),
        Inside::Call { contracts, function, .. } => format!("calls {function} of {}", contracts.join(" or ")),
        Inside::Comment(comment) => format!("comment \"{comment}\""),
        Inside::Action { name, .. } => format!("parameters of {name}"),
        Inside::Unknown { hash } => format!("unknown cells with the hash {hash}"),
    }
}
