//! What is looked at on this computer: folder, disk, database, secrets, and what the configuration says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use sidetone_engine::TOO_LITTLE_BYTES;
use sidetone_engine::settings::Mode;

use super::check::{Check, Deed, fault, hint, passed};
use super::patient::Patient;
use super::said;
use crate::database;
use crate::vault::VaultError;

/// Less may be too little for a few recordings at once (500 MB each at most).
const LITTLE_BYTES: u64 = 2 << 30;

/// A folder that is not looked at within this time is not there.
const LOOKED_WITHIN: Duration = Duration::from_secs(5);

pub(super) async fn checks(patient: &Patient) -> Vec<Check> {
    let data_dir = patient.config.data_dir.clone();
    let free_bytes = patient.free_bytes;
    let looked =
        tokio::task::spawn_blocking(move || [Some(folder(&data_dir)), disk(&data_dir, free_bytes)]).await;
    let mut checks: Vec<Check> = looked.into_iter().flatten().flatten().collect();
    checks.extend(recordings(patient).await);
    checks.push(database::check(&patient.config.database).await);
    checks.extend(secrets(patient).await);
    checks.push(match &patient.config.admin_token {
        Some(_) => {
            passed("admin_token", "The pages and the API have an admin token").with_value(said!(value_set))
        }
        None => hint("admin_token", said!(no_admin_token), said!(no_admin_token_mend)),
    });
    checks.push(alerts(patient));
    checks.push(mode(patient));
    checks
}

fn folder(path: &Path) -> Check {
    let shown = path.display();
    let Ok(found) = path.metadata() else {
        return passed("data_dir", format!("The folder {shown} is made at the first start"))
            .with_value(said!(value_not_made_yet));
    };
    if !found.is_dir() || !is_writable(path, &found) {
        return fault("data_dir", said!(data_dir_closed, path = shown), said!(data_dir_closed_mend));
    }
    if is_open_to_everybody(&found) {
        return hint("data_dir", said!(data_dir_open, path = shown), said!(data_dir_open_mend, path = shown));
    }
    passed("data_dir", format!("The folder {shown} can be written")).with_value(said!(value_writable))
}

#[cfg(unix)]
fn is_writable(path: &Path, _: &std::fs::Metadata) -> bool {
    use rustix::fs::Access;
    rustix::fs::access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn is_writable(_: &Path, found: &std::fs::Metadata) -> bool {
    !found.permissions().readonly()
}

#[cfg(unix)]
fn is_open_to_everybody(found: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o007 != 0
}

#[cfg(not(unix))]
fn is_open_to_everybody(_: &std::fs::Metadata) -> bool {
    false
}

fn disk(path: &Path, free_bytes: fn(&Path) -> Option<u64>) -> Option<Check> {
    Some(room(free_bytes(&nearest(path))?))
}

/// The folder, or the one that it will be made in.
pub(crate) fn nearest(path: &Path) -> PathBuf {
    path.ancestors().find(|path| path.exists()).unwrap_or(Path::new(".")).to_owned()
}

#[cfg(unix)]
pub(crate) fn free_bytes(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Not asked there: the standard library knows no way.
#[cfg(not(unix))]
pub(crate) fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// The folder that recordings are kept in (C6), where one is set. It may be on a disk that does not answer.
async fn recordings(patient: &Patient) -> Option<Check> {
    let folder = patient.config.settings.logging.recordings_dir.clone()?;
    let free_bytes = patient.free_bytes;
    let looked = tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || recordings_dir(&folder, free_bytes(&folder))
    });
    let looked = tokio::time::timeout(LOOKED_WITHIN, looked).await;
    Some(looked.ok().and_then(Result::ok).unwrap_or_else(|| {
        let shown = folder.display();
        fault("recordings_dir", said!(recordings_dir_gone, path = shown), said!(recordings_dir_gone_mend))
    }))
}

fn recordings_dir(path: &Path, free: Option<u64>) -> Check {
    const CODE: &str = "recordings_dir";
    let shown = path.display();
    let Some(found) = path.metadata().ok().filter(std::fs::Metadata::is_dir) else {
        return fault(CODE, said!(recordings_dir_gone, path = shown), said!(recordings_dir_gone_mend));
    };
    if !is_writable(path, &found) {
        return fault(CODE, said!(recordings_dir_closed, path = shown), said!(recordings_dir_closed_mend));
    }
    match free {
        Some(free) if free < LITTLE_BYTES => {
            let low = said!(recordings_dir_low, size = size(free), path = shown);
            hint(CODE, low, said!(recordings_dir_low_mend)).with_value(said!(value_free, size = size(free)))
        }
        Some(free) => passed(CODE, format!("Recordings can be kept in {shown}"))
            .with_value(said!(value_free, size = size(free))),
        None => passed(CODE, format!("Recordings can be kept in {shown}")).with_value(said!(value_writable)),
    }
}

fn room(free: u64) -> Check {
    let value = said!(value_free, size = size(free));
    let check = match free {
        0..TOO_LITTLE_BYTES => fault("disk", said!(disk_full, size = size(free)), said!(disk_full_mend)),
        TOO_LITTLE_BYTES..LITTLE_BYTES => {
            hint("disk", said!(disk_low, size = size(free)), said!(disk_low_mend))
        }
        _ => passed("disk", "There is room on the disk"),
    };
    check.with_value(value)
}

/// `512 MB`, `12.3 GB`.
pub(crate) fn size(bytes: u64) -> String {
    const MEGA: f64 = 1e6;
    let mega = bytes as f64 / MEGA;
    if mega < 0.1 {
        format!("{} kB", bytes / 1000)
    } else if mega < 1000.0 {
        format!("{mega:.0} MB")
    } else {
        format!("{:.1} GB", mega / 1000.0)
    }
}

/// Whether what is kept encrypted can be read.
async fn secrets(patient: &Patient) -> Option<Check> {
    let (vault, needed) = patient.vault.clone()?;
    let open =
        move || needed.iter().try_fold(0_usize, |n, name| Ok(n + usize::from(vault.get(name)?.is_some())));
    let opened: Result<usize, VaultError> = tokio::task::spawn_blocking(open).await.ok()?;
    Some(match opened {
        Ok(n) => passed("secrets", "What was entered is kept encrypted, and can be read")
            .with_value(said!(value_kept, n = n)),
        Err(VaultError::NoKey) => fault("secrets", said!(secrets_no_key), said!(secrets_no_key_mend)),
        Err(error) => fault("secrets", said!(secrets_unread, text = error), said!(secrets_unread_mend)),
    })
}

/// Whether somebody is told of alerts, and whether that goes well.
fn alerts(patient: &Patient) -> Check {
    if patient.config.alerts.is_empty() {
        return hint("alerts", said!(no_alerts), said!(no_alerts_mend));
    }
    let telling = patient.engine.as_ref().map(|engine| engine.health().telling).unwrap_or_default();
    let failing =
        telling.into_iter().find(|telling| telling.failing_since.is_some() || telling.given_up_at.is_some());
    match failing {
        Some(telling) => {
            let text = telling.text.unwrap_or_default();
            hint("alerts", said!(alerts_not_told, text = text), said!(alerts_not_told_mend))
        }
        None => passed("alerts", "There is an address for alerts").with_value(said!(value_set)),
    }
}

fn mode(patient: &Patient) -> Check {
    if let Some(engine) = &patient.engine
        && engine.health().paused.is_some()
    {
        return hint("mode", said!(mode_paused), said!(mode_paused_mend)).with_remedy("resume", Deed::Resume);
    }
    let from = patient.config.settings.logging.from;
    match patient.mode() {
        Mode::Off => hint("mode", said!(mode_is_off), said!(mode_is_off_mend)),
        Mode::Shadow => passed("mode", "Plans are made and nothing is written (shadow mode)")
            .with_value(said!(value_shadow)),
        Mode::Live => match from.filter(|from| *from > Utc::now()) {
            Some(from) => hint("mode", said!(mode_later, from = from), said!(mode_later_mend)),
            None => passed("mode", "Calls are written").with_value(said!(value_live)),
        },
    }
}

#[cfg(test)]
mod tests {
    use sidetone_protocol::Finding;

    use super::*;

    #[test]
    fn a_full_disk_is_told_before_and_when_it_is_full() {
        let found = |free| room(free).finding;
        assert_eq!(found(TOO_LITTLE_BYTES - 1), Finding::Fault);
        assert_eq!(found(TOO_LITTLE_BYTES), Finding::Hint);
        assert_eq!(found(LITTLE_BYTES), Finding::Passed);
        assert_eq!(room(12_345_678_901).value.as_deref(), Some("12.3 GB free"));
    }

    #[test]
    fn a_folder_for_recordings_is_there_and_has_room_or_that_is_told() {
        // C6
        let dir = tempfile::tempdir().expect("a folder");
        let found = |path: &Path, free| recordings_dir(path, free).finding;
        assert_eq!(found(dir.path(), Some(LITTLE_BYTES)), Finding::Passed);
        assert_eq!(found(dir.path(), Some(LITTLE_BYTES - 1)), Finding::Hint);
        assert_eq!(found(&dir.path().join("not mounted"), None), Finding::Fault);
        assert!(!dir.path().join("not mounted").exists(), "it is not made");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_everybody_can_look_into_is_told_and_one_that_is_not_there_is_not() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("data");
        assert_eq!(folder(&path).finding, Finding::Passed);
        std::fs::create_dir(&path).expect("is made");
        for (mode, finding) in [(0o700, Finding::Passed), (0o755, Finding::Hint)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("is set");
            assert_eq!(folder(&path).finding, finding, "{mode:o}");
        }
        std::fs::write(dir.path().join("file"), "").expect("writes");
        assert_eq!(folder(&dir.path().join("file")).finding, Finding::Fault);
        assert!(disk(&path, free_bytes).is_some_and(|check| check.value.is_some()), "the disk is measured");
    }
}
