//! Secrets that are typed on a terminal.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// What Ctrl-C types where it ends no program.
const CTRL_C: u8 = 3;
/// Longest line that is taken, in bytes.
const LONGEST: usize = 4096;

/// A line that is typed without an echo, on the terminal of this process.
///
/// Ctrl-C ends the question and not the program: one that ended here would leave the terminal without an echo.
///
/// # Errors
/// `Interrupted` after Ctrl-C, `InvalidInput` for what is no text of up to 4096 bytes or holds other control characters,
/// which nobody can see; whatever the terminal says, also if there is none.
pub fn prompt(question: &str) -> io::Result<Zeroizing<String>> {
    let mut quiet = Quiet::begin()?;
    quiet.terminal.write_all(question.as_bytes())?;
    let typed = quiet.line()?;
    let text = std::str::from_utf8(&typed).ok().filter(|text| !text.contains(char::is_control));
    let wrong = || io::Error::new(ErrorKind::InvalidInput, "it is no text, or has control characters");
    text.map(|text| Zeroizing::new(text.to_owned())).ok_or_else(wrong)
}

/// The terminal while it shows nothing and its keys send no signals; as it was before when this is dropped.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn begin() -> io::Result<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&terminal)?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        now.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON);
        // The line ends with it, so that it arrives at once.
        now.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        tcsetattr(&terminal, OptionalActions::Flush, &now)?;
        Ok(Self { terminal, before })
    }

    fn line(&mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        // Room for all of it: a list that grows leaves copies behind.
        let mut typed = Zeroizing::new(Vec::with_capacity(LONGEST));
        let mut byte = [0];
        loop {
            if self.terminal.read(&mut byte)? == 0 {
                return Err(io::Error::new(ErrorKind::UnexpectedEof, "the terminal was closed"));
            }
            match byte[0] {
                b'\n' => return Ok(typed),
                CTRL_C => {
                    return Err(io::Error::new(ErrorKind::Interrupted, "it was cancelled with Ctrl-C"));
                }
                _ if typed.len() == LONGEST => {
                    return Err(io::Error::new(ErrorKind::InvalidInput, "it is too long"));
                }
                byte => typed.push(byte),
            }
        }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}
