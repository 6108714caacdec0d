//! Compares the lines of a log with those that the tests of Zeek and its packages expect.

/// What one has and the other has not, in no order: `+ ...` is only ours, `- ...` only theirs.
pub(crate) fn differences(ours: &[Vec<String>], theirs: &[Vec<String>]) -> Vec<String> {
    let mut left: Vec<&Vec<String>> = theirs.iter().collect();
    let mut only = Vec::new();
    for line in ours {
        match left.iter().position(|other| *other == line) {
            Some(at) => drop(left.swap_remove(at)),
            None => only.push(format!("+ {}", line.join(" "))),
        }
    }
    only.extend(left.iter().map(|line| format!("- {}", line.join(" "))));
    only.sort();
    only
}
