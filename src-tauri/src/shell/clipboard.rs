//! What is selected and what was copied, as text.

use arboard::Clipboard;

use crate::dialling::Source;

/// The text that stands there; `None` where there is none, or where the system does not let it be read.
pub(super) fn read(source: Source) -> Option<String> {
    let mut clipboard = logged(Clipboard::new())?;
    let selected = match source {
        Source::Selection => selection(&mut clipboard),
        Source::Clipboard => None,
    };
    selected.filter(|text| !text.trim().is_empty()).or_else(|| logged(clipboard.get_text()))
}

#[cfg(target_os = "linux")]
fn selection(clipboard: &mut Clipboard) -> Option<String> {
    use arboard::{GetExtLinux, LinuxClipboardKind};
    logged(clipboard.get().clipboard(LinuxClipboardKind::Primary).text())
}

/// Only Linux tells what is selected; elsewhere it has to be copied.
#[cfg(not(target_os = "linux"))]
fn selection(_: &mut Clipboard) -> Option<String> {
    None
}

fn logged<T>(read: Result<T, arboard::Error>) -> Option<T> {
    match read {
        Ok(found) => Some(found),
        Err(arboard::Error::ContentNotAvailable) => None,
        Err(fault) => {
            tracing::warn!(%fault, "what was selected or copied could not be read");
            None
        }
    }
}
