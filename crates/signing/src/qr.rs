//! Codes for a camera: short texts that leave a machine without a network.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// Most modules on a side, so that the code fits on a terminal of 130 columns; source: version 27 of ISO/IEC 18004 has 125.
const MODULES: usize = 125;

/// A text as a QR code of block characters, light on dark as terminals are; `None` if it would be too large.
///
/// Two modules are one character high, the four modules of margin that readers need are included. Ends with a line break.
pub fn qr(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    if code.width() > MODULES {
        return None;
    }
    let mut drawn = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .build();
    drawn.push('\n');
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_fits_and_a_file_does_not() {
        let drawn = qr(&"AB".repeat(64)).unwrap();
        let widths: Vec<_> = drawn.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
        assert!(widths[0] < 60, "{}", widths[0]);
        assert!(qr(&"x".repeat(1465)).is_some());
        assert!(qr(&"x".repeat(1466)).is_none() && qr(&"x".repeat(5000)).is_none());
    }
}
