//! The key for secrets in a file of its own, protected by a passphrase: for a desktop whose system has no keyring.
//!
//! The passphrase gives a key by Argon2id, and that one seals a random key with the vault's cipher. So another passphrase
//! would need no secret to be sealed anew.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::config::Secret;
use crate::seal::UnlockError;
use crate::vault::{SealKey, open, seal};

/// A shorter passphrase is guessed.
const LEAST_CHARACTERS: usize = 10;
/// What the key is sealed as.
const NAME: &str = "key file";
/// What Argon2id costs: RFC 9106 §4 recommends 64 MiB and three passes where memory is short.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// What a file may ask for at most, in KiB and passes: a changed file must not hold the program up.
const MOST: (u32, u32) = (1024 * 1024, 32);

/// What stands in the file.
#[derive(Serialize, Deserialize)]
struct Kept {
    derived_by: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    sealed: String,
}

/// A file with a key in it, and the key once it was opened.
#[derive(Debug)]
pub struct KeyFile {
    path: PathBuf,
    opened: Mutex<Option<SealKey>>,
}

impl KeyFile {
    /// The file at this path, which need not be there yet.
    #[must_use]
    pub fn at(path: PathBuf) -> KeyFile {
        KeyFile { path, opened: Mutex::new(None) }
    }

    /// Whether there is one.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// The key, once a passphrase opened the file.
    #[must_use]
    pub fn key(&self) -> Option<SealKey> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens the file, or makes it with this passphrase.
    ///
    /// # Errors
    /// [`UnlockError`].
    pub fn unlock(&self, passphrase: &Secret) -> Result<(), UnlockError> {
        let key = if self.exists() { self.read(passphrase)? } else { self.make(passphrase)? };
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
        Ok(())
    }

    fn read(&self, passphrase: &Secret) -> Result<SealKey, UnlockError> {
        let told = |problem: &str| UnlockError::File(format!("{} {problem}", self.path.display()));
        let text =
            fs::read_to_string(&self.path).map_err(|error| told(&format!("cannot be read ({error})")))?;
        let odd = || {
            told(
                "is not a key file of Sidetone. Put it back from a backup, or take it away and connect again",
            )
        };
        let kept: Kept = serde_json::from_str(&text).map_err(|_| odd())?;
        if kept.derived_by != "argon2id" || kept.memory_kib > MOST.0 || kept.passes > MOST.1 {
            return Err(odd());
        }
        let salt = STANDARD.decode(&kept.salt).map_err(|_| odd())?;
        let derived =
            derive(passphrase, &salt, (kept.memory_kib, kept.passes, kept.lanes)).ok_or_else(odd)?;
        let key = open(&derived, NAME, &kept.sealed).ok_or(UnlockError::Wrong)?;
        SealKey::from_text(key.reveal()).ok_or_else(odd)
    }

    fn make(&self, passphrase: &Secret) -> Result<SealKey, UnlockError> {
        if passphrase.reveal().chars().count() < LEAST_CHARACTERS {
            return Err(UnlockError::TooShort(LEAST_CHARACTERS));
        }
        let told =
            |error: String| UnlockError::File(format!("{} cannot be written ({error})", self.path.display()));
        let (key, salt) = (SealKey::random(), uuid::Uuid::new_v4());
        let derived = derive(passphrase, salt.as_bytes(), (MEMORY_KIB, PASSES, LANES));
        let sealed = derived.and_then(|derived| seal(&derived, NAME, &key.to_text()));
        let kept = Kept {
            derived_by: "argon2id".to_owned(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: STANDARD.encode(salt.as_bytes()),
            sealed: sealed.ok_or_else(|| told("no memory".to_owned()))?,
        };
        let text = serde_json::to_string_pretty(&kept).map_err(|error| told(error.to_string()))?;
        write_new(&self.path, &text).map_err(|error| told(error.to_string()))?;
        Ok(key)
    }
}

/// For this user only, and durable: what is sealed with the key is lost without it.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn derive(passphrase: &Secret, salt: &[u8], (memory_kib, passes, lanes): (u32, u32, u32)) -> Option<SealKey> {
    let params = Params::new(memory_kib, passes, lanes, Some(32)).ok()?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.reveal().as_bytes(), salt, &mut key)
        .ok()?;
    Some(SealKey::from_bytes(key))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

    use super::*;

    #[test]
    fn a_passphrase_makes_the_file_and_opens_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.key");
        let file = KeyFile::at(path.clone());
        assert!(!file.exists() && file.key().is_none());
        assert_eq!(file.unlock(&Secret::new("short")), Err(UnlockError::TooShort(10)));
        assert!(!file.exists(), "nothing is made with a bad one");
        file.unlock(&Secret::new("correct horse")).unwrap();
        let key = file.key().unwrap().to_text();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(key.reveal()) && !text.contains("correct horse"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }

        let again = KeyFile::at(path.clone());
        assert_eq!(again.unlock(&Secret::new("wrong horse!")), Err(UnlockError::Wrong));
        assert!(again.key().is_none());
        again.unlock(&Secret::new("correct horse")).unwrap();
        assert_eq!(again.key().unwrap().to_text(), key);

        fs::write(&path, text.replace("65536", "999999999")).unwrap();
        assert!(matches!(again.unlock(&Secret::new("correct horse")), Err(UnlockError::File(_))));
        fs::write(&path, "{}").unwrap();
        assert!(matches!(again.unlock(&Secret::new("correct horse")), Err(UnlockError::File(_))));
    }
}
