//! The key for secrets on a desktop: in the system's keyring, else in a file behind a passphrase.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use sidetone_hub::config::Secret;
use sidetone_hub::key_file::KeyFile;
use sidetone_hub::seal::{KeyPlace, Unkept, UnlockError};
use sidetone_hub::vault::SealKey;

/// A keyring may ask a person to unlock it; nothing else waits longer for that.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// What the entry is called in the keyring.
const SERVICE: &str = "dev.sidetone.companion";

/// What a keyring says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RingError {
    /// There is none on this system.
    None,
    /// It is locked, or does not answer.
    Locked,
}

/// A place of the system for one text of ours.
pub trait Keyring: Send + Sync {
    /// The text; `None`: there is none yet.
    ///
    /// # Errors
    /// [`RingError`].
    fn read(&self) -> Result<Option<Secret>, RingError>;

    /// Keeps a text.
    ///
    /// # Errors
    /// [`RingError`].
    fn write(&self, text: &Secret) -> Result<(), RingError>;
}

/// The keyring first; where a key file stands, or there is no keyring, the file.
pub struct DesktopKeys<R> {
    ring: R,
    file: KeyFile,
}

impl DesktopKeys<SystemKeyring> {
    /// For a folder of data: another one has a key of its own.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        Self::with(SystemKeyring { account: data_dir.display().to_string() }, data_dir)
    }
}

impl<R: Keyring> DesktopKeys<R> {
    fn with(ring: R, data_dir: &Path) -> Self {
        Self { ring, file: KeyFile::at(data_dir.join("secrets.key")) }
    }

    fn in_the_ring(&self) -> Result<SealKey, RingError> {
        if let Some(text) = self.ring.read()? {
            // What is no key of ours opens nothing that we keep; it is replaced as if there were none.
            if let Some(key) = SealKey::from_text(text.reveal()) {
                return Ok(key);
            }
        }
        let key = SealKey::random();
        self.ring.write(&key.to_text())?;
        Ok(key)
    }
}

impl<R: Keyring> KeyPlace for DesktopKeys<R> {
    fn key(&self) -> Result<SealKey, Unkept> {
        if let Some(key) = self.file.key() {
            return Ok(key);
        }
        let unkept = |code, text: &str| Unkept { code, text: text.to_owned() };
        if self.file.exists() {
            return Err(unkept(
                "passphrase_needed",
                "Enter the passphrase that protects the keys on this computer.",
            ));
        }
        self.in_the_ring().map_err(|error| match error {
            RingError::None => unkept(
                "no_keyring",
                "This system has no keyring (Secret Service). Choose a passphrase: keys are kept in a file that only it opens.",
            ),
            RingError::Locked => unkept(
                "keyring_locked",
                "The system's keyring is locked. Unlock it and start Sidetone again, or choose a passphrase for a file instead.",
            ),
        })
    }

    fn unlock(&self, passphrase: &Secret) -> Result<(), UnlockError> {
        if self.file.key().is_some() || (!self.file.exists() && self.in_the_ring().is_ok()) {
            return Err(UnlockError::NotNeeded);
        }
        self.file.unlock(passphrase)
    }
}

/// The system's own.
#[derive(Clone, Debug)]
pub struct SystemKeyring {
    account: String,
}

impl SystemKeyring {
    /// Asks in a thread of its own: the answer may be a person's.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&keyring::Entry) -> Result<T, keyring::Error> + Send + 'static,
    ) -> Result<T, RingError> {
        let (told, answer) = mpsc::channel();
        let account = self.account.clone();
        let asking = std::thread::Builder::new().name("keyring".into()).spawn(move || {
            let asked = keyring::Entry::new(SERVICE, &account).and_then(|entry| question(&entry));
            // Whoever asked may have given up.
            let _ = told.send(asked);
        });
        if asking.is_err() {
            return Err(RingError::Locked);
        }
        match answer.recv_timeout(ANSWERS_WITHIN) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                tracing::info!(%error, "the system's keyring cannot be used");
                Err(match error {
                    keyring::Error::NoStorageAccess(_) => RingError::Locked,
                    _ => RingError::None,
                })
            }
            Err(_) => Err(RingError::Locked),
        }
    }
}

impl Keyring for SystemKeyring {
    fn read(&self) -> Result<Option<Secret>, RingError> {
        self.ask(|entry| match entry.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn write(&self, text: &Secret) -> Result<(), RingError> {
        let text = text.clone();
        self.ask(move |entry| entry.set_password(text.reveal()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct Ring(Result<Mutex<Option<Secret>>, RingError>);

    impl Keyring for Ring {
        fn read(&self) -> Result<Option<Secret>, RingError> {
            self.0.as_ref().map(|text| text.lock().unwrap().clone()).map_err(Clone::clone)
        }

        fn write(&self, text: &Secret) -> Result<(), RingError> {
            let kept = self.0.as_ref().map_err(Clone::clone)?;
            *kept.lock().unwrap() = Some(text.clone());
            Ok(())
        }
    }

    #[test]
    fn a_keyring_keeps_the_key_that_was_made_first() {
        let folder = tempfile::tempdir().unwrap();
        let keys = DesktopKeys::with(Ring(Ok(Mutex::default())), folder.path());
        let first = keys.key().unwrap().to_text();
        assert_eq!(keys.key().unwrap().to_text(), first);
        assert_eq!(keys.unlock(&Secret::new("a long enough one")), Err(UnlockError::NotNeeded));
        assert!(!folder.path().join("secrets.key").exists());
    }

    #[test]
    fn without_a_keyring_a_passphrase_opens_a_file_and_is_asked_for_at_each_start() {
        let folder = tempfile::tempdir().unwrap();
        for (error, code) in [(RingError::None, "no_keyring"), (RingError::Locked, "keyring_locked")] {
            let keys = DesktopKeys::with(Ring(Err(error)), folder.path());
            assert_eq!(keys.key().map(drop).unwrap_err().code, code);
        }
        let keys = DesktopKeys::with(Ring(Err(RingError::None)), folder.path());
        keys.unlock(&Secret::new("a long enough one")).unwrap();
        let key = keys.key().unwrap().to_text();

        // A keyring that is there later does not take the place of the file: secrets are sealed with its key.
        let later = DesktopKeys::with(Ring(Ok(Mutex::default())), folder.path());
        assert_eq!(later.key().map(drop).unwrap_err().code, "passphrase_needed");
        assert_eq!(later.unlock(&Secret::new("another long one")), Err(UnlockError::Wrong));
        later.unlock(&Secret::new("a long enough one")).unwrap();
        assert_eq!(later.key().unwrap().to_text(), key);
    }
}
