use super::*;

const NAME: &str = "2026/11/2026-11-21 14.05.09Z 7 recording";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn put(root: &Path, text: &str) -> Placed {
    open(root, NAME, 0).and_then(|mut file| file.write_all(text.as_bytes())).expect("is written");
    place(root, NAME, "mp3", text.len() as u64).expect("is placed")
}

#[test]
fn a_file_is_placed_whole_under_its_name_for_this_user_only() {
    let root = folder();
    let placed = put(root.path(), "sound");
    assert_eq!(placed.path, format!("{NAME}.mp3"));
    assert_eq!(std::fs::read_to_string(root.path().join(&placed.path)).expect("is there"), "sound");
    assert_eq!(placed.sha256.len(), 64);
    assert!(!root.path().join(format!("{NAME}.part")).exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            |path: &str| root.path().join(path).metadata().expect("is there").permissions().mode() & 0o777;
        assert_eq!((mode(&placed.path), mode("2026/11")), (0o600, 0o700));
    }
}

#[test]
fn a_file_of_somebody_elses_is_not_overwritten_and_the_same_one_is_taken_for_it() {
    let root = folder();
    let first = put(root.path(), "sound");
    assert_eq!(put(root.path(), "sound"), first, "the database was lost, the folder was not");
    assert_eq!(put(root.path(), "another").path, format!("{NAME} (2).mp3"));
    assert_eq!(std::fs::read_to_string(root.path().join(first.path)).expect("is there"), "sound");
}

#[test]
fn a_part_of_another_size_than_was_told_is_not_placed() {
    let root = folder();
    open(root.path(), NAME, 0).and_then(|mut file| file.write_all(b"half")).expect("is written");
    assert!(place(root.path(), NAME, "mp3", 5).is_err());
    assert_eq!(look(root.path(), NAME, Some(("mp3", 5))).expect("looks"), Lies::Part(4));
    assert!(open(root.path(), NAME, 3).is_err(), "it is gone on with from its end only");
    assert!(open(root.path(), NAME, 4).is_ok());
}

#[test]
fn the_folder_itself_is_not_made() {
    let root = folder();
    let gone = root.path().join("not mounted");
    assert_eq!(probe(&gone).map_err(|error| error.kind()), Err(ErrorKind::NotFound));
    assert!(open(&gone, NAME, 0).is_err() && !gone.exists());
    std::fs::write(&gone, "").expect("writes");
    assert!(probe(&gone).is_err(), "a file is none");
    assert!(probe(root.path()).is_ok());
    assert_eq!(std::fs::read_dir(root.path()).expect("reads").count(), 1, "nothing is left of the look");
}

#[test]
fn only_what_is_called_as_our_file_is_taken_away() {
    let root = folder();
    let placed = put(root.path(), "sound");
    let beside = root.path().join("2026/11/a person's.mp3");
    std::fs::write(&beside, "").expect("writes");
    for path in ["2026/11/a person's.mp3", "../2026", "/etc/passwd", "2026/11/../../x"] {
        let _ = take_away(root.path(), NAME, Some(path));
    }
    assert!(beside.exists() && root.path().join(&placed.path).exists());
    take_away(root.path(), NAME, Some(&placed.path)).expect("is taken away");
    assert!(!root.path().join(&placed.path).exists() && beside.exists());
    std::fs::remove_file(&beside).expect("removes");
    take_away(root.path(), NAME, Some(&placed.path)).expect("is not there, and that is well");
}

#[test]
fn a_month_without_files_has_no_folder() {
    let root = folder();
    let placed = put(root.path(), "sound");
    take_away(root.path(), NAME, Some(&placed.path)).expect("is taken away");
    let left = std::fs::read_dir(root.path()).expect("reads").map(|entry| entry.expect("reads").file_name());
    assert_eq!(
        left.collect::<Vec<_>>(),
        [std::ffi::OsString::from(MARK)],
        "what says that the folder is ours stays"
    );
}

#[cfg(unix)]
#[test]
fn no_link_below_the_folder_is_followed() {
    use std::os::unix::fs::symlink;
    let (root, elsewhere) = (folder(), folder());
    std::fs::create_dir(elsewhere.path().join("11")).expect("is made");
    let theirs = elsewhere.path().join("11/2026-11-21 14.05.09Z 7 recording.mp3");
    std::fs::write(&theirs, "a person's").expect("writes");
    symlink(elsewhere.path(), root.path().join("2026")).expect("links");
    assert!(open(root.path(), NAME, 0).is_err());
    assert!(take_away(root.path(), NAME, Some(&format!("{NAME}.mp3"))).is_err());
    assert!(theirs.exists());

    std::fs::remove_file(root.path().join("2026")).expect("unlinks");
    std::fs::create_dir_all(root.path().join("2026/11")).expect("is made");
    symlink(&theirs, root.path().join(format!("{NAME}.mp3"))).expect("links");
    assert!(take_away(root.path(), NAME, Some(&format!("{NAME}.mp3"))).is_err());
    symlink(&theirs, root.path().join(format!("{NAME}.part"))).expect("links");
    assert!(open(root.path(), NAME, 0).is_err());
    assert_eq!(std::fs::read_to_string(&theirs).expect("is there"), "a person's");

    let link = elsewhere.path().join("recordings");
    symlink(root.path(), &link).expect("links");
    assert!(probe(&link).is_ok(), "the folder itself may be one: somebody set it");
}

fn kept(placed: &Placed) -> KeptFile {
    use crate::call::CaseId;
    use crate::files::Medium;
    let at = "2026-11-21T14:05:09Z".parse().expect("a moment");
    let mut file = KeptFile::wanted(CaseId(7), Medium::Recording, at, at, at);
    (file.path, file.total) = (Some(placed.path.clone()), Some(placed.bytes));
    file
}

#[test]
fn a_folder_without_a_mark_is_known_by_a_file_that_lies_there_as_it_was_left() {
    let root = folder();
    let file = kept(&put(root.path(), "sound"));
    std::fs::remove_file(root.path().join(MARK)).expect("removes");
    let another = KeptFile { path: Some("2026/11/another.mp3".into()), ..file.clone() };
    for unknown in [&[][..], std::slice::from_ref(&another), &[KeptFile { total: Some(4), ..file.clone() }]] {
        assert_eq!(is_ours(root.path(), unknown).map_err(|error| error.kind()), Err(ErrorKind::NotFound));
    }
    is_ours(root.path(), &[another.clone(), file]).expect("is known");
    is_ours(root.path(), &[another]).expect("it is marked from then on");
}

#[test]
fn a_file_whose_end_nobody_noted_is_found_by_its_name_and_size() {
    let root = folder();
    put(root.path(), "sound");
    let found = |bytes| lies_whole(root.path(), NAME, "mp3", bytes).expect("looks");
    let path = Some(format!("{NAME}.mp3"));
    assert_eq!((found(Some(5)), found(None), found(Some(4))), (path.clone(), path, None));
    assert_eq!(lies_whole(root.path(), "2025/01/x", "mp3", None).expect("looks"), None);
    assert!(lies_whole(&root.path().join("gone"), NAME, "mp3", None).is_err());
}
