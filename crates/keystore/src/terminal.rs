//! Secrets that are typed on a terminal.

use std::fs::File;
use std::io;

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// What Ctrl-C types where it ends no program.
const CTRL_C: char = '\u{3}';

/// A line that is typed without an echo.
///
/// Ctrl-C ends the question and not the program: one that ended here would leave the terminal without an echo.
///
/// # Errors
/// `Interrupted` after Ctrl-C, `InvalidInput` for other control characters, which nobody can see; whatever the terminal
/// says.
pub fn prompt(question: &str) -> io::Result<Zeroizing<String>> {
    let _quiet = Quiet::begin();
    let typed = Zeroizing::new(rpassword::prompt_password(question)?);
    if typed.contains(CTRL_C) {
        return Err(io::Error::new(io::ErrorKind::Interrupted, "it was cancelled with Ctrl-C"));
    }
    if typed.contains(char::is_control) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a control character was typed"));
    }
    Ok(typed)
}

/// The terminal while its keys send no signals; as it was before when this is dropped.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn begin() -> Option<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty").ok()?;
        let before = tcgetattr(&terminal).ok()?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ISIG);
        now.special_codes[SpecialCodeIndex::VEOL] = CTRL_C as u8;
        tcsetattr(&terminal, OptionalActions::Now, &now).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
