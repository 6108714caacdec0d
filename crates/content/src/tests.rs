//! What must be found, what must not, and that neither depends on how the bytes were cut.

mod chance;
mod finding;
mod limits;
pub(crate) mod made;
mod recall;
