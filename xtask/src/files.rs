use crate::ChoreError;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of the repository's own.
const PASSED_OVER: [&str; 5] = [".git", "target", "corpus", "artifacts", "node_modules"];

/// All files below `folder`, sorted, without what builds leave behind. None where there is no such folder.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>, ChoreError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(at(&folder))?.path();
            let passed_over = path.file_name().is_some_and(|name| PASSED_OVER.iter().any(|&one| name == one));
            if path.is_dir() && !path.is_symlink() {
                folders.extend((!passed_over).then_some(path));
            } else if !passed_over {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

pub(crate) fn read(path: &Path) -> Result<String, ChoreError> {
    fs::read_to_string(path).map_err(at(path))
}

pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, ChoreError> {
    fs::read(path).map_err(at(path))
}

/// Writes a file, making the folders it lies in.
pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), ChoreError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    fs::write(path, text).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> ChoreError {
    let path = path.to_path_buf();
    move |source| ChoreError::File { path, source }
}
